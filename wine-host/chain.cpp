// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/chain.hpp"

#include "wine-host/chain-member.hpp"
#include "wine-host/plugin-file.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"

#include <algorithm>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::PluginFormat;

/// The same for every chain: what has to fit is each member's own id.
constexpr const char* chain_id = "chain";

std::string identity_of(const protocol::PluginDescription& plugin)
{
    return std::to_string(static_cast<std::uint32_t>(plugin.format)) + ":" + plugin.id;
}

/// The state of a member, as it was saved.
struct SavedMember {
    std::string name;
    std::string identity;
    std::string version;
    std::vector<std::byte> state;
    bool taken = false;
};

std::vector<SavedMember> decode_members(std::span<const std::byte> payload)
{
    protocol::WireReader in(payload);
    std::vector<SavedMember> members;
    const auto count = in.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        auto& member = members.emplace_back();
        member.name = in.get_text();
        member.identity = in.get_text();
        member.version = in.get_text();
        const auto state = in.get_blob();
        member.state.assign(state.begin(), state.end());
    }
    if (!in.complete())
        throw PluginError(FailureCode::state_mismatch, "the state of the chain is damaged");
    return members;
}

PluginError no_presets()
{
    return {FailureCode::refused,
            "a chain has no presets, as no other host has chains; its members have theirs "
            "when each is a node of its own"};
}

} // namespace

Chain::Chain(std::span<const protocol::LoadedPart> parts, PluginListener& listener) : listener_(listener)
{
    std::uint32_t parameters = 0;
    for (const auto& part : parts) {
        auto& member = *members_.emplace_back(std::make_unique<Member>(part.name, listener, parameters));
        try {
            member.plugin = load_plugin(part, member);
        } catch (const PluginError& error) {
            throw PluginError(error.code(), "in the chain, " + part.name + ": " + error.what());
        }
        member.description = member.plugin->describe();
        parameters += member.parameters;
    }
    listener_.expect_parameters(parameters);
}

Chain::~Chain() = default;

protocol::PluginDescription Chain::describe()
{
    protocol::PluginDescription chain;
    chain.format = PluginFormat::chain;
    chain.bits = sizeof(void*) * 8;
    chain.id = chain_id;
    bool fed = false;
    for (const auto& member : members_) {
        const protocol::PluginDescription plugin = member->plugin->describe();
        chain.name += (chain.name.empty() ? "" : " > ") + plugin.name;
        chain.instrument = chain.instrument || plugin.instrument;
        chain.midi_in = chain.midi_in || plugin.midi_in;
        chain.midi_out = chain.midi_out || plugin.midi_out;
        chain.has_editor = chain.has_editor || plugin.has_editor;
        chain.latency += plugin.latency;
        if (member->has_audio() && !std::exchange(fed, true))
            chain.inputs = plugin.inputs;
        if (!plugin.outputs.empty())
            chain.outputs = plugin.outputs;
        for (protocol::ParameterDescription parameter : plugin.parameters) {
            parameter.id += member->first_parameter;
            parameter.name = member->name + ":" + parameter.name;
            chain.parameters.push_back(std::move(parameter));
        }
    }
    return chain;
}

void Chain::lay_out_audio(std::uint32_t max_frames)
{
    silence_.assign(max_frames, 0.0f);
    waste_.assign(max_frames, 0.0f);
    std::size_t channels = 0;
    for (const auto& member : members_)
        channels = std::max(channels, member->description.outputs.size());
    for (auto& buffers : between_)
        buffers.assign(channels * max_frames, 0.0f);

    const Member* source = nullptr; // whose outputs are on their way; nobody's: what comes into the chain
    Member* last = nullptr;
    std::size_t between = 0;
    for (const auto& member : members_) {
        member->source = source;
        member->is_last = false;
        member->inputs.fill(silence_.data());
        member->outputs.fill(waste_.data());
        for (std::size_t channel = 0; channel < member->description.outputs.size(); ++channel)
            member->outputs[channel] = between_[between].data() + channel * max_frames;
        feed(*member);
        if (member->description.outputs.empty())
            continue;
        source = last = member.get();
        between = 1 - between;
    }
    if (last != nullptr)
        last->is_last = true;
}

void Chain::feed(Member& member) const
{
    const auto first =
        std::find_if(members_.begin(), members_.end(), [](const auto& each) { return each->has_audio(); });
    const std::size_t inputs = member.description.inputs.size();
    if (member.source == nullptr) {
        member.fed = first != members_.end() ? std::min(inputs, (*first)->description.inputs.size()) : 0;
        return;
    }
    const std::size_t channels = member.source->description.outputs.size();
    member.fed = std::min(inputs, channels == 1 ? 2 : channels);
    for (std::size_t channel = 0; channel < member.fed; ++channel)
        member.inputs[channel] = member.source->outputs[std::min(channel, channels - 1)];
}

void Chain::set_offline(bool offline)
{
    for (const auto& member : members_)
        member->plugin->set_offline(offline);
}

void Chain::activate(double rate, std::uint32_t max_frames)
{
    lay_out_audio(max_frames);
    for (auto& events : events_out_)
        events.resize(protocol::event_area_bytes);
    events_in_.resize(protocol::event_area_bytes);

    std::size_t activated = 0;
    try {
        for (; activated < members_.size(); ++activated)
            members_[activated]->plugin->activate(rate, max_frames);
    } catch (...) {
        while (activated-- > 0)
            members_[activated]->plugin->deactivate();
        throw;
    }
}

void Chain::deactivate() noexcept
{
    for (const auto& member : members_)
        member->plugin->deactivate();
}

std::vector<std::byte> Chain::state_of(Member& member)
{
    try {
        return member.plugin->state();
    } catch (const PluginError& error) {
        throw PluginError(error.code(), "in the chain, " + member.name + ": " + error.what());
    }
}

std::vector<std::byte> Chain::state()
{
    protocol::WireWriter out;
    out.put(static_cast<std::uint32_t>(members_.size()));
    for (const auto& member : members_) {
        const auto state = state_of(*member);
        if (out.bytes().size() + state.size() > most_state_bytes)
            throw too_large("the state of the chain's plugins, with that of " + member->name + ",");
        out.put_text(member->name)
            .put_text(identity_of(member->description))
            .put_text(member->description.version)
            .put_blob(state);
    }
    StateBlob blob{PluginFormat::chain, chain_id, StateKind::members, {}};
    blob.payload.assign(out.bytes().begin(), out.bytes().end());
    return blob.encode();
}

void Chain::restore(std::span<const std::byte> state)
{
    const StateBlob blob = StateBlob::decode(state, PluginFormat::chain, chain_id);
    if (blob.kind != StateKind::members)
        throw PluginError(FailureCode::state_mismatch, "the state is not that of a chain");
    std::vector<SavedMember> saved = decode_members(blob.payload);

    std::vector<SavedMember*> chosen(members_.size());
    for (const bool by_name : {true, false}) {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const std::string identity = identity_of(members_[i]->description);
            const auto fits = [&](const SavedMember& each) {
                return !each.taken && each.identity == identity &&
                       (!by_name || each.name == members_[i]->name);
            };
            const auto found = std::find_if(saved.begin(), saved.end(), fits);
            if (chosen[i] != nullptr || found == saved.end())
                continue;
            found->taken = true;
            chosen[i] = &*found;
        }
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (chosen[i] == nullptr)
            continue;
        try {
            members_[i]->plugin->restore(chosen[i]->state);
        } catch (const PluginError& error) {
            print_error("in the chain, " + members_[i]->name + " starts as it comes: " + error.what() +
                        " (saved by version " + chosen[i]->version + ", this is " +
                        members_[i]->description.version + ")");
        }
    }
    for (const SavedMember& each : saved)
        if (!each.taken)
            print_error("the chain has no " + each.name + " any more; its state is not kept");
}

std::vector<std::byte> Chain::preset(protocol::PresetForm)
{
    throw no_presets();
}

void Chain::load_preset(std::span<const std::byte>, const std::string&)
{
    throw no_presets();
}

void Chain::select_program(std::uint32_t)
{
    throw no_presets();
}

std::vector<double> Chain::values()
{
    std::vector<double> values;
    for (const auto& member : members_) {
        const std::vector<double> own = member->plugin->values();
        values.insert(values.end(), own.begin(), own.end());
    }
    return values;
}

bool Chain::work()
{
    bool restart = false;
    for (const auto& member : members_)
        restart = member->plugin->work() || restart;
    return restart;
}

std::vector<PluginPart> Chain::parts()
{
    std::vector<PluginPart> parts;
    for (const auto& member : members_)
        parts.push_back({member->name, *member->plugin});
    return parts;
}

std::uint32_t Chain::latency() const noexcept
{
    std::uint32_t sum = 0;
    for (const auto& member : members_)
        sum += member->plugin->latency();
    return sum;
}

} // namespace decant::host
