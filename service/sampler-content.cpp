// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/sampler-content.hpp"

#include "nodes/sampler/instrument-memory.hpp"
#include "nodes/sampler/opcode-values.hpp"
#include "service/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>

namespace decant::service
{

namespace
{

constexpr unsigned ticks_between_saves = 50; ///< five seconds

/// What libraries include is called .sfzh, .txt or .inc.
bool is_of_instruments(std::string_view name)
{
    constexpr std::array<std::string_view, 13> suffixes{".sfz",  ".sfzh", ".txt",  ".inc", ".wav",
                                                        ".flac", ".aif",  ".aiff", ".ogg", ".oga",
                                                        ".w64",  ".scl",  ".kbm"};
    const std::string lower = sampler::lower_case(name);
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&lower](std::string_view suffix) { return lower.ends_with(suffix); });
}

/// Null for the equal temperament. Throws std::runtime_error.
std::shared_ptr<const sampler::KeyTuning> tuning_of(const NodeConfig& config)
{
    if (config.tuning.empty() && config.keyboard_map.empty())
        return nullptr;
    return std::make_shared<const sampler::KeyTuning>(
        sampler::load_key_tuning(config.tuning, config.keyboard_map));
}

} // namespace

SamplerContent::SamplerContent(const NodeConfig& config, ContentOwner& owner, pw_loop* loop, MainQueue& queue,
                               Workers& workers, Workers& writers)
    : owner_(owner), config_(config), sampler_({.polyphony = config.polyphony}), queue_(queue),
      workers_(workers), writers_(writers),
      parameters_(config, sampler_, [this](sampler::Quality wanted) { change_quality(wanted); }),
      state_(std::make_shared<SamplerState>(config.name, config.path)),
      restored_(state_->read(config.name, configured())),
      watcher_(loop, is_of_instruments, [this] { load(); }), until_save_(ticks_between_saves)
{
    parameters_.set_all(restored_);
    watch_files();
    load();
}

SamplerContent::~SamplerContent()
{
    tell(state_->finish(to_keep(), configured()));
}

void SamplerContent::watch_files()
{
    for (const auto& file : {config_.path, config_.tuning, config_.keyboard_map})
        if (!file.empty())
            watcher_.watch({file.parent_path()});
}

// The kernels of a quality take their time when they are first calculated.
void SamplerContent::change_quality(sampler::Quality wanted)
{
    workers_.add([this, watch = lifeline_.watch(), wanted, &queue = queue_] {
        if (wanted >= sampler::Quality::sinc8)
            static_cast<void>(sampler::SincBank::of(wanted));
        queue.post([this, watch, wanted] {
            if (!watch.expired())
                sampler_.set_quality(wanted);
        });
    });
}

void SamplerContent::load()
{
    auto progress = std::make_shared<sampler::LoadProgress>();
    progress_ = progress;
    workers_.add([this, watch = lifeline_.watch(), config = config_, progress, &queue = queue_] {
        // The object may be gone; only its address is carried from here to the main loop.
        try {
            const sampler::CountedLoading counted(*progress);
            auto loaded = std::make_shared<sampler::LoadedInstrument>(sampler::load_instrument(config.path));
            auto tuning = tuning_of(config);
            queue.post([this, watch, progress, loaded, tuning] {
                if (!watch.expired() && progress == progress_) // else a later loading counts
                    play(std::move(*loaded), tuning);
            });
        } catch (const std::exception& error) {
            queue.post([this, watch, progress, reason = std::string(error.what())] {
                if (!watch.expired() && progress == progress_)
                    fail(reason);
            });
        }
    });
}

// What was there before plays on.
void SamplerContent::fail(const std::string& reason)
{
    progress_.reset();
    if (shown_)
        owner_.set_state(NodeState::running, "its files have changed and cannot be played: " + reason);
    else
        owner_.set_state(NodeState::failed, reason);
}

std::string SamplerContent::not_as_written(std::size_t count) const
{
    return fmt::format("{} in it {} not played as written; 'decant probe \"{}\"' tells {}",
                       count == 1 ? "one thing" : fmt::format("{} things", count), count == 1 ? "is" : "are",
                       config_.path.string(), count == 1 ? "which" : "them all");
}

void SamplerContent::play(sampler::LoadedInstrument loaded, std::shared_ptr<const sampler::KeyTuning> tuning)
{
    for (const auto& problem : loaded.problems)
        log_of_node(config_.name, Severity::warning, to_string(problem));
    for (const auto& unsupported : loaded.unsupported)
        log_of_node(config_.name, Severity::warning, to_string(unsupported));
    watcher_.watch({loaded.directories.begin(), loaded.directories.end()});
    memory_ = sampler::memory_of(*loaded.instrument);
    show(std::move(loaded.instrument), std::move(tuning));
    progress_.reset();
    owner_.set_state(NodeState::running,
                     loaded.problems.empty() && loaded.unsupported.empty()
                         ? std::string()
                         : not_as_written(loaded.problems.size() + loaded.unsupported.size()));
}

/// The node leaves the graph for a moment if it has other ports or parameters than before.
void SamplerContent::show(std::shared_ptr<const sampler::Instrument> instrument,
                          std::shared_ptr<const sampler::KeyTuning> tuning)
{
    const unsigned outputs = instrument->outputs();
    const bool same = shown_ && outputs == outputs_ && !parameters_.differ(*instrument);
    if (!same)
        owner_.hide();
    parameters_.show(*instrument);
    parameters_.set_all(std::exchange(restored_, {}));
    sampler_.play(std::move(instrument), std::move(tuning));
    shown_ = true;
    outputs_ = outputs;
    if (same)
        owner_.publish_parameters();
    else
        owner_.show(
            {.ports = sampler::Sampler::ports(outputs), .processor = sampler_, .parameters = &parameters_});
}

/// What the configuration says, where it may say something.
ParameterValues SamplerContent::configured() const
{
    return {{"Volume", config_.volume},
            {"Quality", static_cast<double>(config_.quality)},
            {"Polyphony", static_cast<double>(config_.polyphony)}};
}

/// As long as its instrument is not there, a sampler knows nothing of its controllers.
ParameterValues SamplerContent::to_keep() const
{
    ParameterValues values = parameters_.changed();
    values.insert(restored_.begin(), restored_.end());
    return values;
}

bool SamplerContent::change(const NodeConfig& config)
{
    if (config.path != config_.path || config.polyphony != config_.polyphony)
        return false;
    if (config.volume != config_.volume)
        restored_.erase("Volume");
    if (config.quality != config_.quality)
        restored_.erase("Quality");
    parameters_.configure(config_, config);
    const bool tuned = config.tuning != config_.tuning || config.keyboard_map != config_.keyboard_map;
    config_ = config;
    if (tuned) {
        watch_files();
        load();
    }
    owner_.publish_parameters();
    return true;
}

void SamplerContent::tick(const nodes::FilterCounters*)
{
    sampler_.collect();
    if (!shown_)
        return;
    if (parameters_.follow())
        owner_.publish_parameters();
    if (--until_save_ == 0)
        write_state({});
}

/// Beside the main loop, as disks may sleep.
void SamplerContent::write_state(std::function<void(std::string problem)> done)
{
    until_save_ = ticks_between_saves;
    writers_.add([state = state_, values = to_keep(), configured = configured(), watch = lifeline_.watch(),
                  done = std::move(done), &queue = queue_, this] {
        queue.post([this, watch, done, problem = state->write(values, configured)] {
            if (!watch.expired())
                tell(problem);
            if (done)
                done(problem);
        });
    });
}

void SamplerContent::tell(const std::string& problem)
{
    if (std::exchange(told_, problem) == problem)
        return;
    if (problem.empty())
        log_of_node(config_.name, Severity::info, "the state is saved again");
    else
        log_of_node(config_.name, Severity::warning, problem);
}

void SamplerContent::save(std::function<void(std::string problem)> done)
{
    write_state(std::move(done));
}

void SamplerContent::report(NodeStatus& status)
{
    const sampler::SamplerStats stats = sampler_.stats();
    status.voices = stats.active_voices;
    status.starved = stats.starved;
    status.memory = memory_;
    const auto& complaints = state_->complaints();
    status.warnings.insert(status.warnings.end(), complaints.begin(), complaints.end());
    if (!told_.empty())
        status.warnings.push_back("its state was not saved: " + told_);
    if (progress_ && status.state == NodeState::loading && status.message.empty())
        status.message = fmt::format("{} regions and {} samples so far", progress_->regions.load(),
                                     progress_->samples.load());
}

} // namespace decant::service
