// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/sampler-content.hpp"

#include "service/log.hpp"

#include <fmt/format.h>

#include <exception>
#include <memory>
#include <utility>

namespace decant::service
{

namespace
{

constexpr double least_volume = -144; ///< dB; softer than any converter
constexpr double most_volume = 24;

} // namespace

SamplerContent::SamplerContent(const NodeConfig& config, ContentOwner& owner, MainQueue& queue,
                               Workers& workers)
    : owner_(owner), config_(config), sampler_({.polyphony = config.polyphony}),

      infos_{{{"Volume", least_volume, most_volume, config.volume, false}}}, decibels_(config.volume)
{
    sampler_.set_volume(static_cast<float>(decibels_));
    load(queue, workers);
}

void SamplerContent::load(MainQueue& queue, Workers& workers)
{
    workers.add([this, watch = lifeline_.watch(), path = config_.path, &queue] {
        // The object may be gone; only its address is carried from here to the main loop.
        try {
            auto loaded = std::make_shared<sampler::LoadedInstrument>(sampler::load_instrument(path));
            queue.post([this, watch, loaded] {
                if (!watch.expired())
                    play(std::move(*loaded));
            });
        } catch (const std::exception& error) {
            queue.post([this, watch, reason = std::string(error.what())] {
                if (!watch.expired())
                    owner_.set_state(NodeState::failed, reason);
            });
        }
    });
}

void SamplerContent::play(sampler::LoadedInstrument loaded)
{
    for (const auto& problem : loaded.problems)
        log(Severity::warning, fmt::format("node '{}': {}", config_.name, to_string(problem)));
    sampler_.play(std::move(loaded.instrument));
    owner_.show({.ports = sampler::Sampler::ports(), .processor = sampler_, .parameters = this});
    owner_.set_state(
        NodeState::running,
        loaded.problems.empty()
            ? std::string()
            : fmt::format("{} things in it are not played as written; 'decant probe \"{}\"' lists them",
                          loaded.problems.size(), config_.path.string()));
}

void SamplerContent::set(std::size_t, double value)
{
    decibels_ = value;
    sampler_.set_volume(static_cast<float>(value));
}

bool SamplerContent::change(const NodeConfig& config)
{
    if (config.path != config_.path || config.polyphony != config_.polyphony)
        return false;
    if (config.volume != config_.volume) {
        set(0, config.volume);
        owner_.publish_parameters();
    }
    config_ = config;
    return true;
}

void SamplerContent::tick(const nodes::FilterCounters*)
{
    sampler_.collect();
}

void SamplerContent::report(NodeStatus& status)
{
    status.voices = sampler_.stats().active_voices;
}

} // namespace decant::service
