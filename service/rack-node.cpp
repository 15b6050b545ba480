// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/rack-node.hpp"

#include "service/log.hpp"
#include "service/node-properties.hpp"

#include <fmt/format.h>
#include <pipewire/keys.h>

#include <algorithm>
#include <exception>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace decant::service
{

namespace
{

/// Whether the node in the graph can stay; what PipeWire makes of node.* is mostly decided when a node is
/// made.
bool same_node(const NodeConfig& before, const NodeConfig& after)
{
    return before.name == after.name && before.type == after.type && before.enabled == after.enabled &&
           before.midi_channels == after.midi_channels && before.properties == after.properties;
}

} // namespace

RackNode::RackNode(NodeConfig config, const ContentMaker& make_content, DataLoops& loops)
    : config_(std::move(config)), loops_(loops)
{
    if (!config_.enabled) {
        set_state(NodeState::disabled, {});
        return;
    }
    try {
        content_ = make_content(config_, *this);
    } catch (const std::exception& error) {
        set_state(NodeState::failed, error.what());
    }
}

RackNode::~RackNode()
{
    drop();
}

bool RackNode::change(const NodeConfig& config)
{
    if (state() == NodeState::failed)
        return false; // what it failed for may be there now
    if (config == config_)
        return true;
    if (!content_ || !same_node(config_, config) || !content_->change(config))
        return false;
    if (config.description != config_.description)
        device_.reset(); // PipeWire knows no way to change that of another's node
    config_ = config;
    if (filter_) {
        filter_->set_properties(properties_of(config_));
        filter_->set_tempo(config_.tempo);
        keep_device();
    }
    return true;
}

void RackNode::enter(pw_core* core)
{
    core_ = core;
    join();
}

void RackNode::leave() noexcept
{
    drop();
    graph_problem_.clear();
    device_.reset();
    core_ = nullptr;
}

void RackNode::show(const Playable& playable)
{
    drop();
    playable_.emplace(playable);
    join();
}

void RackNode::hide()
{
    drop();
    graph_problem_.clear();
    playable_.reset();
}

/// Who sets PipeWire's properties for it has chosen a loop himself.
void RackNode::take_seat(std::map<std::string, std::string>& properties)
{
    if (const auto chosen = properties.find(PW_KEY_NODE_LOOP_NAME); chosen != properties.end())
        seat_ = loops_.take(chosen->second, load_);
    else if (!properties.contains(PW_KEY_NODE_LOOP_CLASS))
        seat_ = loops_.take(load_);
    if (!seat_.loop().empty())
        properties[PW_KEY_NODE_LOOP_NAME] = seat_.loop();
    if (content_)
        content_->set_loop_cpu(seat_.cpu());
}

void RackNode::join()
{
    if (core_ == nullptr || !playable_ || filter_)
        return;
    nodes::FilterNodeSetup setup;
    setup.properties = properties_of(config_);
    take_seat(setup.properties);
    setup.ports = playable_->ports;
    setup.midi_channels = config_.midi_channels;
    setup.latency = playable_->latency;
    setup.tempo = config_.tempo;
    try {
        filter_ = std::make_unique<nodes::FilterNode>(core_, std::move(setup), playable_->processor,
                                                      playable_->parameters);
        graph_problem_.clear();
        if (std::exchange(was_out_, false))
            panic(); // who has lifted a key meanwhile was not heard
    } catch (const std::exception& error) {
        return stay_out(error.what());
    }
    keep_device();
}

/// What is wrong with it costs the node nothing else.
void RackNode::keep_device()
{
    const auto before = std::exchange(device_problem_, {});
    try {
        show_device();
    } catch (const std::exception& error) {
        device_problem_ = error.what();
        if (device_problem_ != before)
            log_of_node(config_.name, Severity::warning, device_problem_);
    }
}

/// Applications choose among devices, and a filter is none.
void RackNode::show_device()
{
    const auto as = config_.properties.find("decant.as");
    if (device_ || as == config_.properties.end())
        return;
    const auto role = as->second == "sink" ? DeviceRole::sink : DeviceRole::source;
    std::vector<std::string> channels;
    for (const auto& port : role == DeviceRole::sink ? playable_->ports.inputs : playable_->ports.outputs)
        channels.push_back(port.channel);
    if (channels.empty())
        throw std::runtime_error(fmt::format("it cannot be a {}: it has no audio {}; take as = {} out of its "
                                             "configuration",
                                             as->second, role == DeviceRole::sink ? "inputs" : "outputs",
                                             as->second));
    device_ = std::make_unique<DeviceNode>(core_, role, config_.name, config_.description, channels);
}

void RackNode::drop() noexcept
{
    if (!filter_)
        return;
    missed_before_ += filter_->counters().missed;
    lost_before_ += filter_->counters().midi_lost;
    filter_.reset();
    was_out_ = true;
    seat_ = {};
    busy_before_ = period_before_ = 0;
}

/// Its content may still get ready, and change its mind about what it plays.
void RackNode::stay_out(std::string problem)
{
    graph_problem_ = std::move(problem);
    log_of_node(config_.name, Severity::error, fmt::format("failed: {}", graph_problem_));
}

void RackNode::set_state(NodeState state, std::string message)
{
    if (state == state_ && message == message_)
        return;
    state_ = state;
    message_ = std::move(message);
    log_of_node(config_.name,
                state_ == NodeState::failed       ? Severity::error
                : state_ == NodeState::restarting ? Severity::warning
                                                  : Severity::info,
                fmt::format("{}{}{}", service::to_text(state_), message_.empty() ? "" : ": ", message_));
}

void RackNode::set_latency(std::uint32_t frames)
{
    if (playable_)
        playable_->latency = frames;
    if (filter_)
        filter_->set_latency(frames);
}

void RackNode::publish_parameters()
{
    if (filter_)
        filter_->publish_parameters();
}

void RackNode::tick()
{
    if (filter_ && !filter_->error().empty()) {
        const std::string reason = filter_->error();
        drop();
        stay_out(fmt::format("PipeWire threw the node out: {}; 'decant restart {}' brings it back", reason,
                             config_.name));
    }
    const std::uint64_t cycles = filter_ ? filter_->counters().cycles.load() : 0;
    ticks_at_rest_ = std::exchange(cycles_at_tick_, cycles) == cycles ? ticks_at_rest_ + 1 : 0;
    if (content_)
        content_->tick(filter_ ? &filter_->counters() : nullptr);
}

void RackNode::save(std::function<void(std::string problem)> done)
{
    if (content_)
        content_->save(std::move(done));
    else
        done({});
}

std::optional<std::vector<std::string>> RackNode::programs() const
{
    return content_ ? content_->programs() : std::vector<std::string>();
}

void RackNode::ask(const PresetWish& wish, std::function<void(std::string problem)> done)
{
    if (content_)
        content_->ask(wish, std::move(done));
    else
        done("it does not run; 'decant list' says why");
}

void RackNode::ask(const EditorAction& action, std::function<void(std::string problem)> done)
{
    if (content_)
        content_->ask(action, std::move(done));
    else
        done("it does not run; 'decant list' says why");
}

std::string RackNode::editor() const
{
    return content_ ? content_->editor() : std::string();
}

bool RackNode::enable()
{
    return state() != NodeState::failed || restart();
}

bool RackNode::restart()
{
    if (!content_ || !content_->enable())
        return false;
    join(); // PipeWire may have thrown it out
    return true;
}

void RackNode::bypass(std::optional<bool> wanted)
{
    if (!content_)
        throw std::runtime_error("it does not run; 'decant list' says why");
    const auto now = content_->bypassed();
    if (!now)
        throw std::runtime_error(fmt::format("only plugins can be bypassed; 'decant set {} Volume=-144' "
                                             "silences an instrument",
                                             config_.name));
    content_->bypass(wanted.value_or(!*now));
}

void RackNode::let_go(std::uint32_t node, std::uint64_t since) noexcept
{
    if (filter_ && filter_->id() == node)
        filter_->let_go(since);
}

std::optional<PlacedNode> RackNode::place() const
{
    if (!filter_ || seat_.loop().empty())
        return std::nullopt;
    return PlacedNode{.name = config_.name,
                      .loop = std::string(seat_.loop()),
                      .load = load_,
                      .movable = !config_.properties.contains(PW_KEY_NODE_LOOP_NAME)};
}

bool RackNode::rests() const noexcept
{
    constexpr unsigned some_seconds = 50; // in ticks
    return ticks_at_rest_ >= some_seconds;
}

void RackNode::rejoin()
{
    if (!filter_)
        return;
    drop();
    join();
}

void RackNode::panic() noexcept
{
    if (filter_)
        filter_->panic();
}

std::set<std::filesystem::path> RackNode::lost_files() const
{
    if (state() != NodeState::failed)
        return {};
    std::set<std::filesystem::path> files{config_.path};
    for (const auto& part : config_.chain)
        files.insert(part.path);
    std::error_code ignored;
    std::erase_if(files, [&](const auto& file) { return std::filesystem::exists(file, ignored); });
    return files;
}

void RackNode::set_warnings(std::vector<std::string> warnings, Severity severity)
{
    for (const auto& warning : warnings)
        if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end())
            log_of_node(config_.name, severity, warning);
    warnings_ = std::move(warnings);
}

bool RackNode::has_run() noexcept
{
    const std::uint64_t cycles = filter_ ? filter_->counters().cycles.load() : 0;
    return std::exchange(cycles_before_, cycles) != cycles && cycles != 0;
}

NodeStatus RackNode::take_status()
{
    NodeStatus status;
    status.type = to_text(config_.type);
    status.state = state();
    status.message = !graph_problem_.empty() ? graph_problem_ : message_.empty() ? hint_ : message_;
    status.warnings = warnings_;
    if (!device_problem_.empty())
        status.warnings.push_back(device_problem_);
    status.xruns = missed_before_;
    status.lost = lost_before_;
    if (filter_) {
        const auto& counters = filter_->counters();
        const std::uint64_t busy = counters.busy_nsec;
        const std::uint64_t period = counters.period_nsec;
        if (period > period_before_)
            status.load = load_ =
                static_cast<double>(busy - busy_before_) / static_cast<double>(period - period_before_);
        seat_.set_load(load_);
        busy_before_ = busy;
        period_before_ = period;
        status.xruns += counters.missed;
        status.lost += counters.midi_lost;
    }
    if (content_)
        content_->report(status);
    return status;
}

} // namespace decant::service
