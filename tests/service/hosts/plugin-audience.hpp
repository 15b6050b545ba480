// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/futex.hpp"
#include "service/hosts/plugin-host.hpp"
#include "tests/support/wait-until.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <sys/types.h>

/// Who listens to a PluginHost and to what its plugin plays.
namespace decant::tests
{

/// Everything that a PluginHost tells, in order.
class Diary
{
    mutable std::mutex mutex_;
    std::vector<service::HostEvent> events_;

public:
    void write(service::HostEvent event)
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
    }

    template <class Event>
    [[nodiscard]] std::vector<Event> all() const
    {
        const std::lock_guard lock(mutex_);
        std::vector<Event> found;
        for (const auto& event : events_)
            if (const auto* one = std::get_if<Event>(&event))
                found.push_back(*one);
        return found;
    }

    template <class Event>
    [[nodiscard]] bool has(std::size_t count = 1) const
    {
        return wait_until([&] { return all<Event>().size() >= count; });
    }

    [[nodiscard]] std::string log() const
    {
        std::string text;
        for (const auto& line : all<service::HostLog>())
            text += line.text + "\n";
        return text;
    }
};

/// Plays a processor as the graph does: every two milliseconds ones go in, and the last block that came out
/// is kept.
class Player
{
    bridge::BridgeProcessor& processor_;
    const std::size_t channels_;
    std::atomic<float> heard_ = 0;
    std::atomic<std::uint32_t> rate_ = 48000;
    std::jthread thread_;

    void play(const std::stop_token& stopped)
    {
        constexpr std::uint32_t frames = 64;
        std::array<float, frames> ones{};
        ones.fill(1);
        std::vector<std::array<float, frames>> out(channels_);
        const std::vector<const float*> inputs(channels_, ones.data());
        std::vector<float*> outputs;
        for (auto& channel : out)
            outputs.push_back(channel.data());
        while (!stopped.stop_requested()) {
            const std::uint64_t now = bridge::now_nsec();
            processor_.process({.frames = frames,
                                .rate = rate_,
                                .start_nsec = now,
                                .deadline_nsec = now + 20'000'000,
                                .freewheel = false,
                                .transport = {},
                                .inputs = inputs,
                                .outputs = outputs,
                                .midi_in = {},
                                .midi_out = nullptr});
            heard_ = out[0][frames - 1];
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

public:
    /// `channels` in each direction.
    explicit Player(bridge::BridgeProcessor& processor, std::size_t channels = 2)
        : processor_(processor), channels_(channels),
          thread_([this](const std::stop_token& stopped) { play(stopped); })
    {
    }

    /// The gain plugin's gain, as its input is one; the dry signal while there is no host is one too.
    [[nodiscard]] float heard() const { return heard_; }
    void set_rate(std::uint32_t rate) { rate_ = rate; }
    [[nodiscard]] bool hears(float level) const
    {
        return wait_until([&] { return heard() == level; });
    }
};

/// The processes that this one has started and not reaped.
inline std::vector<pid_t> children()
{
    std::vector<pid_t> found;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream file(task.path() / "children");
        for (pid_t child = 0; file >> child;)
            found.push_back(child);
    }
    return found;
}

} // namespace decant::tests
