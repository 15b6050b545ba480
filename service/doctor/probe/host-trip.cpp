// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/host-trip.hpp"

#include "service/doctor/probe/pace.hpp"
#include "service/hosts/opened-plugin.hpp"
#include "service/plugin-address.hpp"

#include <algorithm>
#include <thread>
#include <vector>

namespace decant::doctor
{

namespace
{

using bridge::now_nsec;

constexpr std::uint64_t patience_nsec = 1'000'000'000;

/// Silence in, whatever comes out.
class Caller
{
    bridge::BridgeProcessor& processor_;
    std::vector<float> silence_;
    std::vector<std::vector<float>> outputs_;
    std::vector<const float*> input_pointers_;
    std::vector<float*> output_pointers_;
    Quantum quantum_;

public:
    Caller(bridge::BridgeProcessor& processor, const bridge::BridgeLayout& layout, const Quantum& quantum)
        : processor_(processor), silence_(quantum.frames),
          outputs_(layout.outputs, std::vector<float>(quantum.frames)),
          input_pointers_(layout.inputs, silence_.data()), quantum_(quantum)
    {
        for (auto& output : outputs_)
            output_pointers_.push_back(output.data());
    }

    void call() noexcept
    {
        const std::uint64_t now = now_nsec();
        processor_.process({.frames = quantum_.frames,
                            .rate = quantum_.rate,
                            .start_nsec = now,
                            .deadline_nsec = now + patience_nsec,
                            .freewheel = false,
                            .transport = {},
                            .inputs = input_pointers_,
                            .outputs = output_pointers_,
                            .midi_in = {},
                            .midi_out = nullptr});
    }
};

} // namespace

Series measure_host_trip(const std::string& plugin, const Quantum& quantum, unsigned cpu, int priority,
                         std::chrono::nanoseconds time)
{
    service::PluginFile file;
    auto address = service::parse_plugin_address(plugin);
    file.path = std::filesystem::absolute(address.file);
    file.plugin_class = std::move(address.plugin);
    const auto command = service::wine_host_command(file, {});
    service::OpenedPlugin opened(command, file, {}, {});
    const auto layout = service::bridge_layout_of(opened.description());
    opened.host().activate(quantum.rate, quantum.frames);
    bridge::BridgeProcessor processor(layout);
    processor.attach(opened.host().region(), opened.description().latency, opened.host().process());

    Series series{file.path.filename().string(), {}};
    Caller caller(processor, layout, quantum);
    std::jthread([&]() noexcept {
        // The first blocks of many plugins take long, and the host says with them which thread it is.
        constexpr int first_blocks = 20;
        for (int block = 0; block < first_blocks; ++block)
            caller.call();
        if (const pid_t host = processor.host_thread(); host != 0) {
            bridge::bind_to(host, {cpu});
            // Without a guard, who waits has to be able to interrupt whom he waits for.
            if (priority > 1)
                bridge::promote(host, {SCHED_FIFO, priority - 1});
        }
        take_place(cpu, priority);
        const std::uint64_t end = now_nsec() + static_cast<std::uint64_t>(time.count());
        for (std::uint64_t point = now_nsec() + interval_nsec; point < end;) {
            sleep_until(point);
            const std::uint64_t start = now_nsec();
            caller.call();
            const std::uint64_t now = now_nsec();
            series.times.add(now - start);
            point = next_point(point, now);
        }
    }).join();
    if (const auto stats = processor.stats(); stats.completed != stats.blocks)
        throw service::PluginError(series.name +
                                   " did not answer every block: 'decant probe' shows what is wrong with it");
    return series;
}

} // namespace decant::doctor
