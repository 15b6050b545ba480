// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument-builder.hpp"

#include "nodes/sampler/empty-ranges.hpp"
#include "nodes/sampler/load-progress.hpp"
#include "nodes/sampler/opcode-values.hpp"
#include "nodes/sampler/opcodes.hpp"
#include "nodes/sampler/sfz-names.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr std::size_t most_regions = 1'000'000;
static_assert(sizeof(Zone) <= 1024); // so that they fit into a gigabyte

// The value of a key opcode, moved by note_offset and octave_offset.
std::string moved_key(const std::string& value, int offset)
{
    const auto key = parse_key(value);
    return key && *key >= 0 ? std::to_string(std::clamp(*key + offset, 0, 127)) : value;
}

} // namespace

void InstrumentBuilder::visit(const SfzHeader& header)
{
    if (header.name == "region") {
        add_region(header);
    } else if (header.name == "group") {
        group_ = master_;
        apply(header, group_);
    } else if (header.name == "master") {
        master_ = global_;
        apply(header, master_);
        group_ = master_;
    } else if (header.name == "global") {
        global_ = {};
        apply(header, global_);
        group_ = master_ = global_;
    } else if (header.name == "control") {
        apply_control(header);
    } else if (header.name == "curve") {
        add_curve(header);
    } else {
        unsupported_.count('<' + header.name + '>', header.place);
    }
}

void InstrumentBuilder::add(const SampleRegion& added)
try {
    const Place place{.file = std::make_shared<const std::string>(added.file.string()), .line = 0};
    LoadedSample loaded =
        pool_.get(added.file, added.region.reverse ? Direction::backward : Direction::forward);
    for (const std::string& text : loaded.problems)
        problems_.add(place, text);
    parts_.samples.push_back(std::move(loaded.sample));
    if (auto zone = make_zone(added.region, *parts_.samples.back(), place))
        add_zone(std::move(*zone), ArticulationTable::none);
} catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", added.file.string(), error.what()));
}

std::shared_ptr<const Instrument> InstrumentBuilder::finish(const std::filesystem::path& file)
{
    if (parts_.zones.empty())
        throw std::runtime_error(
            fmt::format("{}: no region of it can be played; {}", file.string(), why_nothing_plays()));
    build_articulations();
    return std::make_shared<const Instrument>(std::move(parts_));
}

std::string InstrumentBuilder::why_nothing_plays()
{
    if (const auto found = problems_.take(); !found.empty())
        return "the first problem is " + to_string(found.front());
    for (const auto& each : unsupported_.list())
        if (each.name.starts_with('<') && !each.nearest.empty())
            return to_string(each);
    return "an SFZ file has at least \"<region> sample=NAME.wav\"";
}

void InstrumentBuilder::apply(const SfzHeader& header, Draft& draft)
{
    draft.place = header.place;
    bool scoped = false;
    for (const SfzOpcode& opcode : header.opcodes) {
        if (opcode.name == "sample") {
            draft.sample = opcode.value;
            continue;
        }
        if (is_remark(opcode.name))
            continue;
        if (apply_pedal(opcode))
            continue;
        const bool moved = key_offset_ != 0 && is_key_opcode(opcode.name);
        const auto result = apply_opcode(draft.region, opcode.name,
                                         moved ? moved_key(opcode.value, key_offset_) : opcode.value);
        if (result.outcome == OpcodeResult::Outcome::unknown)
            unsupported_.count(opcode.name, opcode.place);
        else if (result.outcome != OpcodeResult::Outcome::applied)
            report(opcode, result.message);
        scoped |= opcode.name == "polyphony";
    }
    if (scoped)
        draft.region.polyphony_scope = ++polyphony_scopes_;
}

void InstrumentBuilder::report(const SfzOpcode& opcode, std::string_view text)
{
    problems_.add(opcode.place, fmt::format("{}: {}", shown(opcode.name), text));
}

// One pedal serves the whole instrument.
bool InstrumentBuilder::apply_pedal(const SfzOpcode& opcode)
{
    const bool sustain = opcode.name == "sustain_cc";
    if (!sustain && opcode.name != "sostenuto_cc")
        return false;
    std::uint8_t& pedal = sustain ? parts_.sustain_control : parts_.sostenuto_control;
    const std::uint8_t usual = InstrumentParts{}.sustain_control;
    const auto read = read_number(opcode.value, 0, 119);
    if (read.result.outcome != OpcodeResult::Outcome::applied)
        report(opcode, read.result.message);
    else if (sustain && pedal != usual && pedal != static_cast<std::uint8_t>(*read.number))
        report(opcode, fmt::format("an instrument has one sustain pedal, and it is controller {} already; "
                                   "this one is left out",
                                   pedal));
    else
        pedal = static_cast<std::uint8_t>(*read.number);
    return true;
}

void InstrumentBuilder::add_region(const SfzHeader& header)
{
    if (++regions_ > most_regions) {
        if (regions_ == most_regions + 1)
            problems_.add(header.place,
                          fmt::format("this is region {}; it and all behind it are left out", regions_));
        return;
    }
    CountedLoading::count(&LoadProgress::regions);
    Draft draft = group_;
    apply(header, draft);
    // Both are how SFZ says that a region only ends others, by its group or its polyphony.
    const bool silent = draft.region.end == -1 || draft.sample == "*silence";
    if (draft.sample.empty() && !silent) {
        problems_.add(header.place, "this region has no sample and is left out; add sample=NAME.wav");
        return;
    }
    report_empty_ranges(draft);
    if (silent) {
        draft.region.parameters = {};
        add_zone(silent_zone(std::move(draft.region)), ArticulationTable::none);
        return;
    }
    const Sample* sample =
        find_sample(draft.sample, draft.region.reverse ? Direction::backward : Direction::forward, header);
    if (sample == nullptr)
        return;
    const auto articulation = articulations_.add(draft.region.parameters, header.place);
    if (!articulation) {
        problems_.add(header.place,
                      fmt::format("more than {} regions with different modulation; this one plays without",
                                  ArticulationTable::most));
    }
    draft.region.parameters = {};
    if (auto zone = make_zone(std::move(draft.region), *sample, header.place))
        add_zone(std::move(*zone), articulation.value_or(ArticulationTable::none));
}

// Where they are written, and once for all regions that inherit them.
void InstrumentBuilder::report_empty_ranges(const Draft& draft)
{
    for (const EmptyRange& range : empty_ranges(draft.region)) {
        const auto has_it = [&](const Draft* above) {
            const auto others = empty_ranges(above->region);
            return std::find(others.begin(), others.end(), range) != others.end();
        };
        const std::array<const Draft*, 3> all{&global_, &master_, &group_};
        const auto from = std::find_if(all.begin(), all.end(), has_it);
        const std::string text = to_string(range);
        if (from == all.end())
            problems_.add(draft.place, text);
        else if (problems_.full() ||
                 inherited_ranges_.emplace((*from)->place.file, (*from)->place.line, text).second)
            problems_.add((*from)->place, text);
    }
}

void InstrumentBuilder::add_zone(Zone zone, std::uint32_t articulation)
{
    parts_.zones.push_back(std::move(zone));
    zone_articulations_.push_back(articulation);
}

void InstrumentBuilder::build_articulations()
{
    SignalSet signals;
    const auto built = articulations_.build(signals, curves_, problems_);
    for (std::size_t zone = 0; zone < parts_.zones.size(); ++zone)
        if (zone_articulations_[zone] != ArticulationTable::none)
            parts_.zones[zone].articulation = built[zone_articulations_[zone]];
    std::map<std::uint8_t, const Curve*> used;
    for (const ControlSignal& signal : signals.all()) {
        const Curve* shape = nullptr;
        if (signal.curve != 0 || *curves_.find(0) != *CurveSet().find(0)) {
            const Curve*& stored = used[signal.curve];
            if (stored == nullptr)
                stored = &parts_.curves.emplace_back(*curves_.find(signal.curve));
            shape = stored;
        }
        parts_.signals.push_back({signal, shape});
    }
}

} // namespace decant::sampler
