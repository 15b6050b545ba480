// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plugin-subject.hpp"

#include "nodes/bridge/fallback-process.hpp"

#include <cstring>

namespace decant::bench
{

PluginSubject::PluginSubject(bridge::BridgeProcessor& processor, const TestSignal& signal, std::uint64_t seed,
                             std::uint32_t block, std::uint32_t rate, bridge::BridgeMode mode)
    : processor_(processor), signal_(signal), block_(block), rate_(rate), number_(seed * 1'000'003),
      mode_(mode)
{
    outputs_.fill(std::vector<float>(block));
}

std::uint64_t PluginSubject::lost_blocks() const noexcept
{
    const bridge::BlockStatistics statistics = processor_.stats();
    return statistics.blocks - statistics.completed;
}

void PluginSubject::call(std::uint64_t start_nsec, std::uint64_t deadline_nsec) noexcept
{
    ++number_;
    const auto before = windows_;
    std::array<const float*, channels> inputs;
    std::array<float*, channels> outputs;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        windows_[channel] = (number_ * channels + channel) * block_ % TestSignal::windows;
        inputs[channel] = signal_.input(windows_[channel]);
        outputs[channel] = outputs_[channel].data();
    }
    expected_ = mode_ == bridge::BridgeMode::pipelined ? before : windows_;
    processor_.process({.frames = block_,
                        .rate = rate_,
                        .start_nsec = start_nsec,
                        .deadline_nsec = deadline_nsec,
                        .freewheel = false,
                        .transport = {},
                        .inputs = inputs,
                        .outputs = outputs,
                        .midi_in = {},
                        .midi_out = nullptr});
}

void PluginSubject::check() noexcept
{
    bool right = true;
    for (std::size_t channel = 0; channel < channels; ++channel)
        right &= std::memcmp(outputs_[channel].data(), signal_.expected(expected_[channel]),
                             block_ * sizeof(float)) == 0;
    if (right)
        return;
    // Lost blocks are counted by the processor; one of them, or a fade back from it, is not the plugin's
    // fault.
    const std::uint64_t lost = lost_blocks();
    if (lost != lost_) {
        lost_ = lost;
        fades_until_ = number_ + (bridge::Fallback::fade_frames + block_ - 1) / block_;
    } else if (number_ > fades_until_) {
        ++wrong_;
    }
}

} // namespace decant::bench
