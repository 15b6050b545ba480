// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What ms_process() does.

#include "midi-sampler/guarded.hpp"
#include "midi-sampler/sampler.hpp"

#include "nodes/processor.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace
{

// The vDSO reads CLOCK_MONOTONIC; this is no system call.
std::uint64_t now_nsec() noexcept DECANT_REALTIME
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

// One thread writes, others read.
void count(std::atomic<std::uint64_t>& counter, std::uint64_t more) noexcept DECANT_REALTIME
{
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

} // namespace

void ms_sampler::process(float* buffer, std::uint32_t frames) noexcept DECANT_REALTIME
{
    audio_thread_.take_priority();
    const std::uint64_t start = now_nsec();
    turn_.fetch_add(1, std::memory_order_seq_cst);
    const Playing& playing = *playing_.load(std::memory_order_seq_cst);
    const auto played_at = [&](std::uint32_t frame) {
        return start + std::uint64_t{frame} * 1'000'000'000 / config_.sample_rate;
    };
    follow_transport();
    for (std::uint32_t done = 0; done < frames;) {
        const std::uint32_t piece = std::min(frames - done, longest_block);
        render(playing, piece, played_at(done), played_at(done + piece));
        move_song(piece);
        interleave(buffer + std::size_t{done} * config_.channels, piece);
        done += piece;
    }
    turn_.fetch_add(1, std::memory_order_release);
    count(frames_, frames);
    if (frames != 0 && !offline_.load(std::memory_order_relaxed) && now_nsec() > played_at(frames))
        count(xruns_, 1);
}

void ms_sampler::render(const Playing& playing, std::uint32_t frames, std::uint64_t start,
                        std::uint64_t deadline) noexcept DECANT_REALTIME
{
    if (playing.empty()) {
        std::fill_n(mix_.left.begin(), frames, 0.0F);
        std::fill_n(mix_.right.begin(), frames, 0.0F);
    }
    for (ms_instrument* const instrument : playing) {
        const bool first = instrument == playing.front();
        Stereo& to = first ? mix_ : part_;
        const std::array<float*, 2> outputs{to.left.data(), to.right.data()};
        instrument->engine().process({.frames = frames,
                                      .rate = config_.sample_rate,
                                      .start_nsec = start,
                                      .deadline_nsec = deadline,
                                      .freewheel = offline_.load(std::memory_order_relaxed),
                                      .transport = song_,
                                      .inputs = {},
                                      .outputs = outputs,
                                      .midi_in = {},
                                      .midi_out = nullptr});
        if (first)
            continue;
        for (std::uint32_t frame = 0; frame < frames; ++frame) {
            mix_.left[frame] += part_.left[frame];
            mix_.right[frame] += part_.right[frame];
        }
    }
}

ms_result_t ms_sampler::set_transport(const ms_transport_t& transport) noexcept DECANT_REALTIME
{
    return transports_.push({.playing = transport.playing != 0,
                             .tempo_valid = true,
                             .tempo = transport.tempo,
                             .quarter_position = transport.position})
               ? MS_OK
               : decant::midi_sampler::failed(MS_ERROR_FULL,
                                              "the song was set more than 64 times between two calls of "
                                              "ms_process(); set it once for each block");
}

// The last one that was set counts.
void ms_sampler::follow_transport() noexcept DECANT_REALTIME
{
    while (transports_.pop(song_)) {
    }
}

void ms_sampler::move_song(std::uint32_t frames) noexcept DECANT_REALTIME
{
    if (song_.playing)
        song_.quarter_position += static_cast<double>(frames) / config_.sample_rate * song_.tempo / 60;
}

void ms_sampler::interleave(float* buffer, std::uint32_t frames) const noexcept DECANT_REALTIME
{
    const std::size_t channels = config_.channels;
    if (channels == 1) {
        // A voice in the middle is 3 dB down on each side, and as loud as it is on one.
        constexpr float half_power = 0.70710678F;
        for (std::uint32_t frame = 0; frame < frames; ++frame)
            buffer[frame] = half_power * (mix_.left[frame] + mix_.right[frame]);
        return;
    }
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
        float* const out = buffer + frame * channels;
        out[0] = mix_.left[frame];
        out[1] = mix_.right[frame];
        std::fill(out + 2, out + channels, 0.0F);
    }
}
