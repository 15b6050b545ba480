// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/problem.hpp"
#include "nodes/sampler/region.hpp"
#include "nodes/sampler/sample-pool.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace decant::sampler
{

/// A region with everything looked up that a voice needs.
struct Zone {
    Region region;
    const Sample* sample;   ///< owned by the instrument
    const Loop* loop;       ///< owned by the instrument; null if the sample is not looped
    LoopMode loop_mode;     ///< resolved
    FrameRange frames;      ///< what plays, without regard to the loop
    float gain;             ///< linear, of all volume opcodes
    double keycenter_cents; ///< key that plays the sample as it is, in cents above key 0
    float cutoff_cents = 0; ///< of the filter, above 1 Hz
};

/// The value of a controller when the instrument starts (set_ccN).
struct ControlDefault {
    std::uint8_t control;
    std::uint8_t value;
};

/// Everything that is played of an instrument. Never changes after it is made, so that any number of samplers
/// share it; audio threads read it, but never own it (see Sampler::play).
class Instrument
{
    // A tree over the keys: leaf 128 + key, node n above 2n and 2n + 1. A zone is listed in the few nodes
    // that cover its keys together, so the lists stay short even if every zone of many spans the keyboard.
    static constexpr std::size_t nodes = 256;

    std::vector<Zone> zones_;
    std::vector<std::shared_ptr<const Sample>> samples_;
    std::deque<Loop> loops_;
    std::vector<ControlDefault> controls_;
    std::array<std::uint32_t, nodes + 1> node_starts_{}; // into zone_lists_
    std::vector<std::uint32_t> zone_lists_;

public:
    Instrument(std::vector<Zone> zones, std::vector<std::shared_ptr<const Sample>> samples,
               std::deque<Loop> loops, std::vector<ControlDefault> controls);
    Instrument(const Instrument&) = delete;
    Instrument& operator=(const Instrument&) = delete;

    [[nodiscard]] std::span<const Zone> zones() const noexcept { return zones_; }
    [[nodiscard]] std::span<const ControlDefault> controls() const noexcept { return controls_; }

    /// Calls `visit(index of a zone)` for each zone whose keys include `key`, 0…127. [any]
    template <class Visit>
    void for_each_zone(unsigned key, Visit&& visit) const noexcept
    {
        for (std::size_t node = 128 + key; node != 0; node /= 2)
            for (std::uint32_t at = node_starts_[node]; at != node_starts_[node + 1]; ++at)
                visit(zone_lists_[at]);
    }
};

struct LoadedInstrument {
    std::shared_ptr<const Instrument> instrument;
    std::vector<Problem> problems; ///< what is not played as written

    /// How often each opcode or <header> that is not supported occurs, by the name that the file gives it.
    std::map<std::string, std::size_t> unsupported;
};

/// Loads an SFZ file, or makes an instrument of a single sound file: its root note from the file (60 if it
/// has none), all keys. Samples come from `pool`.
///
/// Throws std::runtime_error if the file cannot be read or nothing in it can be played. [main]
[[nodiscard]] LoadedInstrument load_instrument(const std::filesystem::path& file, SamplePool& pool);

/// A sound file and how it is played, without an SFZ file.
struct SampleRegion {
    std::filesystem::path file;
    Region region;
};

/// Makes an instrument of sound files. Throws std::runtime_error if one of them cannot be read or nothing can
/// be played. [main]
[[nodiscard]] LoadedInstrument load_regions(std::span<const SampleRegion> regions, SamplePool& pool);

/// load_instrument() with the pool of the process.
[[nodiscard]] LoadedInstrument load_instrument(const std::filesystem::path& file);

} // namespace decant::sampler
