// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/articulation.hpp"
#include "nodes/sampler/control-signals.hpp"
#include "nodes/sampler/curve.hpp"
#include "nodes/sampler/problem.hpp"
#include "nodes/sampler/region.hpp"
#include "nodes/sampler/sample-pool.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace decant::sampler
{

/// A region with everything looked up that a voice needs.
struct Zone {
    Region region;
    const Sample* sample;           ///< owned by the instrument; null: it sounds not, and only ends others
    const Loop* loop;               ///< owned by the instrument; null if the sample is not looped
    LoopMode loop_mode;             ///< resolved
    std::int64_t repeats = endless; ///< of the loop
    FrameRange frames;              ///< what plays, without regard to the loop
    float gain;                     ///< linear, of all volume opcodes
    double keycenter_cents;         ///< key that plays the sample as it is, in cents above key 0
    std::array<float, 2> cutoff_cents{};                ///< of the filters, above 1 Hz
    std::shared_ptr<const Articulation> articulation{}; ///< null: nothing moves
    const Curve* velocity_curve = nullptr;              ///< owned by the instrument; null: the square
    std::uint32_t keyswitch = no_keyswitch;             ///< index of the instrument's

    static constexpr std::uint32_t no_keyswitch = 0xffffffff;
    static constexpr std::int64_t endless = -1;
};

/// The value of a controller when the instrument starts (set_ccN), from 0 to 1.
struct ControlDefault {
    std::uint16_t control;
    float value;
};

/// What the file calls a controller.
struct ControlLabel {
    std::uint16_t control;
    std::string label;
};

/// Keys of which the last one pressed is remembered.
struct KeyswitchRange {
    int lokey;
    int hikey;
    int initial = -1; ///< counts as pressed at the beginning; -1: none

    friend bool operator==(const KeyswitchRange&, const KeyswitchRange&) = default;
};

/// What an instrument is made of.
struct InstrumentParts {
    std::vector<Zone> zones;
    std::vector<std::shared_ptr<const Sample>> samples;
    std::deque<Loop> loops;
    std::deque<Curve> curves;
    std::vector<CurvedSignal> signals; ///< their curves are among `curves`
    std::vector<KeyswitchRange> keyswitches;
    std::vector<ControlDefault> controls;
    std::vector<ControlLabel> labels;
    std::uint8_t sustain_control = 64;
    std::uint8_t sostenuto_control = 66;
};

/// Everything that is played of an instrument. Never changes after it is made, so that any number of samplers
/// share it; audio threads read it, but never own it (see Sampler::play).
class Instrument
{
    // A tree over the keys: leaf 128 + key, node n above 2n and 2n + 1. A zone is listed in the few nodes
    // that cover its keys together, so the lists stay short even if every zone of many spans the keyboard.
    static constexpr std::size_t nodes = 256;

    InstrumentParts parts_;
    std::array<std::uint32_t, nodes + 1> node_starts_{}; // into zone_lists_
    std::vector<std::uint32_t> zone_lists_;
    std::vector<std::uint32_t> control_zones_;

public:
    explicit Instrument(InstrumentParts parts);
    Instrument(const Instrument&) = delete;
    Instrument& operator=(const Instrument&) = delete;

    [[nodiscard]] std::span<const Zone> zones() const noexcept { return parts_.zones; }
    [[nodiscard]] std::span<const ControlDefault> controls() const noexcept { return parts_.controls; }
    [[nodiscard]] std::span<const ControlLabel> labels() const noexcept { return parts_.labels; }
    [[nodiscard]] std::span<const KeyswitchRange> keyswitches() const noexcept { return parts_.keyswitches; }
    [[nodiscard]] const std::vector<CurvedSignal>& signals() const noexcept { return parts_.signals; }
    [[nodiscard]] std::uint8_t sustain_control() const noexcept { return parts_.sustain_control; }
    [[nodiscard]] std::uint8_t sostenuto_control() const noexcept { return parts_.sostenuto_control; }

    /// The zones that controllers start.
    [[nodiscard]] std::span<const std::uint32_t> control_zones() const noexcept { return control_zones_; }

    /// The controllers that anything in it depends on, and those that it gives a value or a name.
    [[nodiscard]] std::bitset<controller::all> used_controls() const;

    /// Pairs of outputs that its regions name, at least 1.
    [[nodiscard]] unsigned outputs() const noexcept;

    /// Calls `visit(index of a zone)` for each zone whose keys include `key`, 0…127. [any]
    template <class Visit>
    void for_each_zone(unsigned key, Visit&& visit) const noexcept
    {
        for (std::size_t node = 128 + key; node != 0; node /= 2)
            for (std::uint32_t at = node_starts_[node]; at != node_starts_[node + 1]; ++at)
                visit(zone_lists_[at]);
    }
};

/// An opcode or <header> that is left out.
struct Unsupported {
    std::string name;
    std::size_t count = 0;
    std::string file; ///< of the first use
    unsigned line = 0;
    std::string
        nearest; ///< an opcode that may have been meant; empty: it is one of SFZ's, but not supported here

    friend bool operator==(const Unsupported&, const Unsupported&) = default;
};

/// "file:line: NAME is not supported …".
[[nodiscard]] std::string to_string(const Unsupported& unsupported);

struct LoadedInstrument {
    std::shared_ptr<const Instrument> instrument;
    std::vector<Problem> problems;               ///< what is not played as written
    std::vector<Unsupported> unsupported;        ///< the most used first
    std::set<std::filesystem::path> files;       ///< that it was made of
    std::set<std::filesystem::path> directories; ///< of its files, and of those that are missing
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
