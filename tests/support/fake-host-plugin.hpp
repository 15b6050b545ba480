// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/layout.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string_view>
#include <vector>

/// The plugins inside the fake host and their vices. A test commands them by setting parameters.
namespace decant::tests
{

namespace fake_parameter
{
enum Id : std::uint32_t {
    gain = 10,      ///< factor of the gain plugin, and loudness of the sine
    delay = 11,     ///< microseconds that every block takes
    stall = 12,     ///< microseconds that the next block takes, and only that one
    misbehave = 13, ///< FakeMisbehaviour
    latency = 14,   ///< frames, reported with the next block and as a message; the sound is not delayed. The
                    ///< host says then, too, that the state has changed
    burn = 16,      ///< microseconds of CPU time that every block takes
    touch = 15,     ///< the host says that `gain` was moved to this value: in the block and as a message
    pause = 17,  ///< unless 0: blocks are refused, as by a plugin that is restarted, until one has had events
    linger = 18, ///< microseconds of CPU time that the host goes on using after every answer
};
} // namespace fake_parameter

/// What a plugin does in its next block, and in all later ones where that makes sense.
enum class FakeMisbehaviour {
    none,
    crash,        ///< SIGSEGV in the middle of the block
    hang,         ///< never returns from the block
    exit,         ///< exit(0) in the middle of the block
    corrupt,      ///< writes random bytes to random fields of the region, then answers more or less
    garbage,      ///< answers at once, with random bits wherever the service looks
    not_a_number, ///< every other sample is NaN or infinite
    event_storm,  ///< fills the events with short MIDI messages
};

/// One plugin: "gain" (an effect of two channels; "gain8" has eight; MIDI comes out as it went in) or "sine"
/// (an instrument of two channels).
class FakePlugin
{
public:
    /// Nothing if there is no plugin of that name.
    static std::optional<FakePlugin> load(std::string_view name);

    [[nodiscard]] const protocol::PluginDescription& description() const noexcept { return description_; }
    [[nodiscard]] std::vector<double> values() const { return {values_.begin(), values_.end()}; }
    void set_value(std::uint32_t id, double value) noexcept;
    [[nodiscard]] double value(std::uint32_t id) const noexcept;

    /// One block, from and to the region; the request is our copy.
    protocol::BlockReply process(protocol::Region& region, const protocol::BlockRequest& request);

    /// What it does when it has answered.
    void linger() const noexcept;

    /// Scribbles over some of what the service reads.
    void corrupt(protocol::Region& region);

private:
    static constexpr std::uint32_t first_id = fake_parameter::gain;
    static constexpr std::size_t parameters = 9;

    protocol::PluginDescription description_;
    std::array<double, parameters> values_{1, 0, 0, 0, 0, 0, 0, 0, 0};
    std::optional<int> note_;
    double phase_ = 0;
    std::mt19937 random_{1};

    [[nodiscard]] std::uint32_t take_events(protocol::Region& region, const protocol::BlockRequest& request);
    void play(protocol::Region& region, const protocol::BlockRequest& request);
    void misbehave(protocol::Region& region, const protocol::BlockRequest& request,
                   protocol::BlockReply& reply);
};

} // namespace decant::tests
