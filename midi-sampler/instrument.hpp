// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "midi-sampler/midi_sampler.h"

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

/// An instrument of the C library: an engine, and what it was loaded from.
struct ms_instrument {
    ms_sampler& sampler;
    const std::string name;

    ms_instrument(ms_sampler& owner, std::string named, const decant::sampler::SamplerOptions& options)
        : sampler(owner), name(std::move(named)), engine_(options)
    {
    }

    /// Throw midi_sampler::Failure. [main]
    void load(const char* path);
    void load_sample(const char* path, const ms_sample_metadata_t* metadata);

    /// Null behind the last one. [main]
    [[nodiscard]] const char* problem(std::size_t index) const;

    [[nodiscard]] decant::sampler::Sampler& engine() noexcept { return engine_; }

    /// [any]
    [[nodiscard]] ms_result_t send(const decant::sampler::QueuedEvent& event) noexcept DECANT_REALTIME;

    /// The controllers that hold its notes. [any]
    [[nodiscard]] std::array<std::uint8_t, 2> pedals() const noexcept DECANT_REALTIME
    {
        return {sustain_pedal_.load(std::memory_order_relaxed),
                sostenuto_pedal_.load(std::memory_order_relaxed)};
    }

    /// A name for the next note. [any]
    [[nodiscard]] ms_note_t next_note() noexcept DECANT_REALTIME;

private:
    decant::sampler::Sampler engine_;
    std::atomic<ms_note_t> notes_ = 0;
    std::atomic<std::uint8_t> sustain_pedal_ = 64; // until an instrument says another
    std::atomic<std::uint8_t> sostenuto_pedal_ = 66;

    mutable std::mutex mutex_; // between threads that load
    std::vector<decant::sampler::SampleRegion> samples_;
    std::vector<std::string> problems_;

    void play(decant::sampler::LoadedInstrument loaded);
};
