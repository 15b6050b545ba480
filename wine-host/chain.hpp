// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace decant::host
{

/// Plugins in series, as one.
///
/// Audio: the outputs of one are the inputs of the next, one by one; a single channel goes to the first two
/// inputs, inputs that nobody feeds are silent, and a member without audio is passed by. MIDI: what a member
/// sends is what the next one gets; one that sends none hands on what it got. Latencies add. A parameter is
/// called "member:parameter", so that it keeps its name when others come before it.
class Chain final : public Plugin
{
public:
    /// Loads all of them. Throws PluginError that names the one which failed.
    Chain(std::span<const protocol::LoadedPart> parts, PluginListener& listener);
    ~Chain() override;

    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;

    // Plugin
    void arrange(protocol::ChannelLayout, protocol::ChannelLayout) override {} ///< its parts have been
    [[nodiscard]] protocol::PluginDescription describe() override;
    void set_offline(bool offline) override;
    void activate(double rate, std::uint32_t max_frames) override;
    void deactivate() noexcept override;

    /// Every member's state with its name, id and version.
    [[nodiscard]] std::vector<std::byte> state() override;

    /// Gives each member the state of the one of its name and id, else of the first left with its id: members
    /// may have come, gone or changed places since. Says on stderr what fits nobody.
    void restore(std::span<const std::byte> state) override;
    [[nodiscard]] std::vector<std::byte> preset(protocol::PresetForm form) override;
    void load_preset(std::span<const std::byte> file, const std::string& path) override;
    void select_program(std::uint32_t program) override;

    [[nodiscard]] std::vector<double> values() override;

    /// Whoever of the members asked: each has a look. If one wants to be restarted, all are.
    [[nodiscard]] bool work() override;
    [[nodiscard]] std::vector<PluginPart> parts() override;
    void process(Block& block) noexcept override;
    [[nodiscard]] std::uint32_t latency() const noexcept override;

private:
    struct Member;
    using Channels = std::array<float*, protocol::max_channels>;

    PluginListener& listener_;
    std::vector<std::unique_ptr<Member>> members_;

    // Laid out by activate(), the audio thread's from there on.
    std::vector<float> silence_;
    std::vector<float> waste_;
    std::array<std::vector<float>, 2> between_;        ///< outputs of one that are inputs of the next
    std::vector<std::byte> events_in_;                 ///< of the member that runs
    std::array<std::vector<std::byte>, 2> events_out_; ///< of the member that runs, and before it

    [[nodiscard]] static std::vector<std::byte> state_of(Member& member);
    void lay_out_audio(std::uint32_t max_frames);
    void feed(Member& member) const;

    struct Flow;
    void run(Member& member, Block& block, Flow& flow) noexcept;
    void use_outside_channels(Member& member, const Block& block) noexcept;
    [[nodiscard]] std::uint32_t gather_events(const Member& member, Block& block, const Flow& flow) noexcept;
    static void pass_on(const Member& member, std::span<const std::byte> events, Block& block) noexcept;
};

} // namespace decant::host
