// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/file-finder.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sfz-parser.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace decant::sampler
{

/// Counts what is left out.
class UnsupportedOpcodes
{
    std::map<std::string, Unsupported> uses_;

public:
    void count(std::string name, const Place& place);

    /// The most used first. [main]
    [[nodiscard]] std::vector<Unsupported> list() const;
};

/// The articulations of an instrument: of regions that say the same there is one.
class ArticulationTable
{
    struct Entry {
        ParameterList parameters;
        Place first;
    };

    std::vector<Entry> entries_;
    std::unordered_map<const void*, std::uint32_t> by_identity_;
    std::unordered_multimap<std::size_t, std::uint32_t> by_content_;

public:
    static constexpr std::uint32_t none = 0xffffffff;
    static constexpr std::size_t most = 100'000; // a hostile file has a different one for each region

    /// Its index; none if there are no parameters, null if there are too many others.
    [[nodiscard]] std::optional<std::uint32_t> add(const ParameterList& parameters, const Place& place);

    /// Works them out, once all curves are known.
    [[nodiscard]] std::vector<std::shared_ptr<const Articulation>>
    build(SignalSet& signals, const CurveSet& curves, ProblemLog& problems) const;
};

/// Turns the headers of an SFZ file into an instrument. [main]
class InstrumentBuilder
{
    // A region while its opcodes come together. <global>, <master> and <group> are the same: what regions
    // begin with.
    struct Draft {
        Region region;
        std::string sample;
        Place place{}; ///< of its header
    };

    std::filesystem::path directory_;
    SamplePool& pool_;
    ProblemLog& problems_;
    FileFinder files_;

    Draft global_;
    Draft master_;
    Draft group_;
    std::string default_path_;
    int key_offset_ = 0;
    int polyphony_scopes_ = 0;

    // The sample of each name as written; null if it cannot be played, which is reported once.
    std::array<std::unordered_map<std::string, const Sample*>, 2> by_name_; // by direction
    std::map<std::tuple<const Sample*, FrameRange, std::int64_t>, const Loop*> known_loops_;
    std::size_t crossfade_bytes_ = 0; // of all loops
    std::map<std::vector<VelocityPoint>, const Curve*> velocity_curves_;
    InstrumentParts parts_;
    CurveSet curves_;
    ArticulationTable articulations_;
    std::vector<std::uint32_t> zone_articulations_;
    std::size_t regions_ = 0;
    std::set<std::tuple<std::shared_ptr<const std::string>, unsigned, std::string>>
        inherited_ranges_; // reported
    UnsupportedOpcodes unsupported_;

public:
    InstrumentBuilder(std::filesystem::path directory, SamplePool& pool, ProblemLog& problems)
        : directory_(std::move(directory)), pool_(pool), problems_(problems)
    {
    }

    void visit(const SfzHeader& header);

    /// A region that no SFZ file describes. Throws std::runtime_error.
    void add(const SampleRegion& added);

    /// Throws std::runtime_error if there is nothing to play.
    [[nodiscard]] std::shared_ptr<const Instrument> finish(const std::filesystem::path& file);

    [[nodiscard]] std::vector<Unsupported> unsupported() const { return unsupported_.list(); }

    [[nodiscard]] FileFinder& files() noexcept { return files_; }

private:
    [[nodiscard]] std::string why_nothing_plays();
    void apply(const SfzHeader& header, Draft& draft);
    void report(const SfzOpcode& opcode, std::string_view text);
    [[nodiscard]] bool apply_pedal(const SfzOpcode& opcode);
    void apply_control(const SfzHeader& header);
    [[nodiscard]] bool apply_control_default(const SfzOpcode& opcode);
    void add_curve(const SfzHeader& header);
    void add_region(const SfzHeader& header);
    [[nodiscard]] const Sample* find_sample(const std::string& name, Direction direction,
                                            const SfzHeader& header);
    [[nodiscard]] std::optional<Zone> make_zone(Region region, const Sample& sample, const Place& place);
    [[nodiscard]] Zone silent_zone(Region region);
    void report_empty_ranges(const Draft& draft);
    void add_zone(Zone zone, std::uint32_t articulation);
    void hold_beginnings(const Zone& zone);
    void set_loop(Zone& zone, const Place& place);
    [[nodiscard]] std::optional<FrameRange> loop_range(const Zone& zone, const Place& place);
    [[nodiscard]] std::int64_t crossfade_of(const Zone& zone, FrameRange range, const Place& place);
    [[nodiscard]] const Loop* find_loop(const Sample& sample, FrameRange range, std::int64_t crossfade);
    [[nodiscard]] const Curve* find_velocity_curve(const std::vector<VelocityPoint>& points);
    [[nodiscard]] std::uint32_t find_keyswitch(const KeyswitchConditions& conditions);
    void build_articulations();
};

} // namespace decant::sampler
