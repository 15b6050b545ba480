// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "midi-sampler/audio-thread.hpp"
#include "midi-sampler/instrument.hpp"
#include "midi-sampler/midi_sampler.h"

#include "nodes/processor.hpp"
#include "nodes/realtime/annotations.hpp"
#include "nodes/realtime/event-queue.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// A sampler of the C library: instruments and their mix.
struct ms_sampler {
    /// Throws midi_sampler::Failure. [main]
    explicit ms_sampler(const ms_audio_config_t& config);
    ms_sampler(const ms_sampler&) = delete;
    ms_sampler& operator=(const ms_sampler&) = delete;

    /// [main]
    ms_instrument& add(std::string name);
    void remove(ms_instrument& instrument);
    void enable_rt(int priority) { audio_thread_.enable(priority); }
    void set_quality(decant::sampler::Quality quality);
    void set_volume(float decibels);
    [[nodiscard]] ms_statistics_t statistics() const;

    /// [any]
    void set_offline(bool offline) noexcept { offline_.store(offline, std::memory_order_relaxed); }
    [[nodiscard]] ms_result_t set_transport(const ms_transport_t& transport) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t xruns() const noexcept { return xruns_.load(std::memory_order_relaxed); }

    /// [rt]
    void process(float* buffer, std::uint32_t frames) noexcept DECANT_REALTIME;

    static constexpr std::uint32_t longest_block = 8192;

private:
    using Playing = std::vector<ms_instrument*>;

    struct Stereo {
        std::vector<float> left = std::vector<float>(longest_block);
        std::vector<float> right = std::vector<float>(longest_block);
    };

    const ms_audio_config_t config_;
    decant::midi_sampler::AudioThread audio_thread_;
    std::atomic<bool> offline_ = false;
    decant::nodes::EventQueue<decant::nodes::Transport> transports_{64};

    // Written by the audio thread
    std::atomic<std::uint64_t> frames_ = 0;
    std::atomic<std::uint64_t> xruns_ = 0;
    decant::nodes::Transport song_; // where it is at the next frame
    Stereo mix_;
    Stereo part_;

    // What the audio thread reads while `turn_` is odd; who replaces it waits until nobody reads it any more.
    std::atomic<std::uint64_t> turn_ = 0;
    std::atomic<const Playing*> playing_;

    mutable std::mutex mutex_; // between threads that change the set-up
    std::unique_ptr<const Playing> playing_owner_;
    std::vector<std::unique_ptr<ms_instrument>> instruments_;
    ms_statistics_t of_those_gone_{}; // what instruments had counted that were removed
    decant::sampler::Quality quality_ = decant::sampler::Quality::four_point;
    float volume_ = 0; // dB

    void exchange(std::unique_ptr<const Playing> next);
    void render(const Playing& playing, std::uint32_t frames, std::uint64_t start,
                std::uint64_t deadline) noexcept DECANT_REALTIME;
    void follow_transport() noexcept DECANT_REALTIME;
    void move_song(std::uint32_t frames) noexcept DECANT_REALTIME;
    void interleave(float* buffer, std::uint32_t frames) const noexcept DECANT_REALTIME;
};
