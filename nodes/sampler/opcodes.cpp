// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/opcodes.hpp"

#include "nodes/sampler/problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>
#include <utility>
#include <variant>

namespace decant::sampler
{
namespace
{

using Outcome = OpcodeResult::Outcome;

constexpr double longest_sample = 4294967296.0; // frames, SFZ's limit

struct Key {
    int Region::* member;
};

template <class Owner, class T>
struct Number {
    T Owner::* member;
    double lowest;
    double highest;
};

using RegionNumber =
    std::variant<Number<Region, int>, Number<Region, float>, Number<Region, std::int64_t>,
                 Number<Region, std::optional<int>>, Number<Region, std::optional<std::int64_t>>>;

using Word = OpcodeResult (*)(Region&, std::string_view value);

using FilterNumber =
    std::variant<Number<FilterSettings, float>, Number<FilterSettings, std::optional<float>>>;

using Opcode = std::variant<Key, RegionNumber, Number<EnvelopeTimes, float>, FilterNumber, Word>;

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

OpcodeResult refused(std::string message)
{
    return {.outcome = Outcome::refused, .message = std::move(message)};
}

// The number at the start of a text and what stands behind it.
std::optional<std::pair<double, std::string_view>> leading_number(std::string_view text)
{
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number))
        return std::nullopt;
    return std::pair(number, text.substr(static_cast<std::size_t>(rest - text.data())));
}

template <class T>
struct Stored {
    using Type = T;
};
template <class T>
struct Stored<std::optional<T>> {
    using Type = T;
};

template <class Owner, class T>
OpcodeResult apply(Owner& owner, const Number<Owner, T>& opcode, std::string_view value)
{
    const auto read = leading_number(value);
    if (!read)
        return refused(fmt::format("'{}' is no number; it is left out", shown(value)));
    const auto [number, rest] = *read;
    const double used = std::clamp(number, opcode.lowest, opcode.highest);
    owner.*opcode.member = static_cast<typename Stored<T>::Type>(used);
    if (used != number)
        return {.outcome = Outcome::adjusted,
                .message = fmt::format("{} is out of range {}…{}; {} is used", shown(value), opcode.lowest,
                                       opcode.highest, used)};
    if (!rest.empty())
        return {.outcome = Outcome::adjusted,
                .message =
                    fmt::format("'{}' is not understood behind the number; {} is used", shown(rest), used)};
    return {.outcome = Outcome::applied, .message = {}};
}

OpcodeResult apply(Region& region, Key opcode, std::string_view value)
{
    const auto key = parse_key(value);
    if (!key)
        return refused(
            fmt::format("'{}' is no key; write a number from 0 to 127 or a name such as c#4", shown(value)));
    region.*opcode.member = *key;
    return {.outcome = Outcome::applied, .message = {}};
}

template <class T, std::size_t n>
OpcodeResult choose(T& target, std::string_view value,
                    const std::array<std::pair<std::string_view, T>, n>& choices)
{
    std::string names;
    for (const auto& [name, choice] : choices) {
        if (name == value) {
            target = choice;
            return {.outcome = Outcome::applied, .message = {}};
        }
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    return refused(fmt::format("'{}' is none of {}; it is left out", shown(value), names));
}

template <class T>
using Choice = std::pair<std::string_view, T>;

OpcodeResult apply_trigger(Region& region, std::string_view value)
{
    return choose(
        region.trigger, value,
        std::array{Choice<Trigger>("attack", Trigger::attack), Choice<Trigger>("release", Trigger::release),
                   Choice<Trigger>("release_key", Trigger::release_key),
                   Choice<Trigger>("first", Trigger::first), Choice<Trigger>("legato", Trigger::legato)});
}

OpcodeResult apply_loop_mode(Region& region, std::string_view value)
{
    return choose(region.loop_mode, value,
                  std::array{Choice<std::optional<LoopMode>>("no_loop", LoopMode::no_loop),
                             Choice<std::optional<LoopMode>>("one_shot", LoopMode::one_shot),
                             Choice<std::optional<LoopMode>>("loop_continuous", LoopMode::loop_continuous),
                             Choice<std::optional<LoopMode>>("loop_sustain", LoopMode::loop_sustain)});
}

OpcodeResult apply_off_mode(Region& region, std::string_view value)
{
    return choose(region.off_mode, value,
                  std::array{Choice<OffMode>("fast", OffMode::fast),
                             Choice<OffMode>("normal", OffMode::normal),
                             Choice<OffMode>("time", OffMode::time)});
}

OpcodeResult apply_filter_type(Region& region, std::string_view value)
{
    return choose(region.filter.type, value,
                  std::array{Choice<FilterType>("lpf_1p", FilterType::lpf_1p),
                             Choice<FilterType>("hpf_1p", FilterType::hpf_1p),
                             Choice<FilterType>("lpf_2p", FilterType::lpf_2p),
                             Choice<FilterType>("hpf_2p", FilterType::hpf_2p),
                             Choice<FilterType>("bpf_2p", FilterType::bpf_2p),
                             Choice<FilterType>("brf_2p", FilterType::brf_2p)});
}

OpcodeResult apply_filter_keycenter(Region& region, std::string_view value)
{
    const auto key = parse_key(value);
    if (!key)
        return refused(
            fmt::format("'{}' is no key; write a number from 0 to 127 or a name such as c#4", shown(value)));
    region.filter.keycenter = *key;
    return {.outcome = Outcome::applied, .message = {}};
}

OpcodeResult apply_key(Region& region, std::string_view value)
{
    const auto result = apply(region, Key{&Region::lokey}, value);
    if (result.outcome == Outcome::applied)
        region.hikey = region.pitch_keycenter = region.lokey;
    return result;
}

OpcodeResult apply_pitch_keycenter(Region& region, std::string_view value)
{
    region.keycenter_from_sample = value == "sample";
    if (region.keycenter_from_sample)
        return {.outcome = Outcome::applied, .message = {}};
    return apply(region, Key{&Region::pitch_keycenter}, value);
}

const std::unordered_map<std::string_view, Opcode>& opcodes()
{
    using Integer = Number<Region, int>;
    using Float = Number<Region, float>;
    using Frames = Number<Region, std::int64_t>;
    using OptionalFrames = Number<Region, std::optional<std::int64_t>>;
    using Envelope = Number<EnvelopeTimes, float>;
    using Filter = Number<FilterSettings, float>;
    const auto filter = [](FilterNumber opcode) {
        return Opcode(opcode);
    };
    const auto number = [](auto opcode) {
        return Opcode(RegionNumber(opcode));
    };
    // Ranges are ARIA's where it allows more than SFZ 1: volume up to 48 dB, tune beyond ±100 cents.
    static const std::unordered_map<std::string_view, Opcode> table = {
        {"lokey", Key{&Region::lokey}},
        {"hikey", Key{&Region::hikey}},
        {"key", Word(apply_key)},
        {"lovel", number(Integer{&Region::lovel, 0, 127})},
        {"hivel", number(Integer{&Region::hivel, 0, 127})},
        {"lochan", number(Integer{&Region::lochan, 1, 16})},
        {"hichan", number(Integer{&Region::hichan, 1, 16})},
        {"lorand", number(Float{&Region::lorand, 0, 1})},
        {"hirand", number(Float{&Region::hirand, 0, 1})},
        {"seq_length", number(Integer{&Region::seq_length, 1, 100})},
        {"seq_position", number(Integer{&Region::seq_position, 1, 100})},
        {"trigger", Word(apply_trigger)},

        {"pitch_keycenter", Word(apply_pitch_keycenter)},
        {"pitch_keytrack", number(Float{&Region::pitch_keytrack, -1200, 1200})},
        {"tune_keytrack", number(Float{&Region::pitch_keytrack, -1200, 1200})},
        {"transpose", number(Integer{&Region::transpose, -127, 127})},
        {"tune", number(Float{&Region::tune, -9600, 9600})},
        {"pitch", number(Float{&Region::tune, -9600, 9600})},
        {"bend_up", number(Float{&Region::bend_up, -9600, 9600})},
        {"bendup", number(Float{&Region::bend_up, -9600, 9600})},
        {"bend_down", number(Float{&Region::bend_down, -9600, 9600})},
        {"benddown", number(Float{&Region::bend_down, -9600, 9600})},

        {"volume", number(Float{&Region::volume, -144, 48})},
        {"gain", number(Float{&Region::volume, -144, 48})},
        {"group_volume", number(Float{&Region::group_volume, -144, 48})},
        {"master_volume", number(Float{&Region::master_volume, -144, 48})},
        {"global_volume", number(Float{&Region::global_volume, -144, 48})},
        {"amplitude", number(Float{&Region::amplitude, 0, 10000})},
        {"amp_veltrack", number(Float{&Region::amp_veltrack, -100, 100})},
        {"pan", number(Float{&Region::pan, -100, 100})},

        {"ampeg_delay", Envelope{&EnvelopeTimes::delay, 0, 100}},
        {"amp_delay", Envelope{&EnvelopeTimes::delay, 0, 100}},
        {"ampeg_attack", Envelope{&EnvelopeTimes::attack, 0, 100}},
        {"amp_attack", Envelope{&EnvelopeTimes::attack, 0, 100}},
        {"ampeg_hold", Envelope{&EnvelopeTimes::hold, 0, 100}},
        {"amp_hold", Envelope{&EnvelopeTimes::hold, 0, 100}},
        {"ampeg_decay", Envelope{&EnvelopeTimes::decay, 0, 100}},
        {"amp_decay", Envelope{&EnvelopeTimes::decay, 0, 100}},
        {"ampeg_sustain", Envelope{&EnvelopeTimes::sustain, 0, 100}},
        {"amp_sustain", Envelope{&EnvelopeTimes::sustain, 0, 100}},
        {"ampeg_release", Envelope{&EnvelopeTimes::release, 0, 100}},
        {"amp_release", Envelope{&EnvelopeTimes::release, 0, 100}},
        {"ampeg_start", Envelope{&EnvelopeTimes::start, 0, 100}},

        {"fil_type", Word(apply_filter_type)},
        {"filtype", Word(apply_filter_type)},
        {"cutoff", filter(FilterNumber(
                       Number<FilterSettings, std::optional<float>>{&FilterSettings::cutoff, 0, 192'000}))},
        {"resonance", filter(FilterNumber(Filter{&FilterSettings::resonance, 0, 40}))},
        {"fil_keytrack", filter(FilterNumber(Filter{&FilterSettings::keytrack, 0, 1200}))},
        {"fil_keycenter", Word(apply_filter_keycenter)},
        {"fil_veltrack", filter(FilterNumber(Filter{&FilterSettings::veltrack, -9600, 9600}))},

        {"offset", number(Frames{&Region::offset, 0, longest_sample})},
        {"end", number(OptionalFrames{&Region::end, -1, longest_sample})},
        {"loop_mode", Word(apply_loop_mode)},
        {"loopmode", Word(apply_loop_mode)},
        {"loop_start", number(OptionalFrames{&Region::loop_start, 0, longest_sample})},
        {"loopstart", number(OptionalFrames{&Region::loop_start, 0, longest_sample})},
        {"loop_end", number(OptionalFrames{&Region::loop_end, 0, longest_sample})},
        {"loopend", number(OptionalFrames{&Region::loop_end, 0, longest_sample})},

        {"group", number(Integer{&Region::group, -2147483648.0, 2147483647.0})},
        {"polyphony_group", number(Integer{&Region::group, -2147483648.0, 2147483647.0})},
        {"off_by", number(Number<Region, std::optional<int>>{&Region::off_by, -2147483648.0, 2147483647.0})},
        {"offby", number(Number<Region, std::optional<int>>{&Region::off_by, -2147483648.0, 2147483647.0})},
        {"off_mode", Word(apply_off_mode)},
        {"off_time", number(Float{&Region::off_time, 0, 100})},
    };
    return table;
}

// loccN and hiccN.
OpcodeResult apply_control_range(Region& region, int control, bool is_high, std::string_view value)
{
    if (control > 127)
        return refused(fmt::format("there is no controller {}; MIDI has 0 to 127", control));
    ControlRange range{.control = control};
    const auto result = apply(
        range, Number<ControlRange, int>{is_high ? &ControlRange::high : &ControlRange::low, 0, 127}, value);
    if (result.outcome == Outcome::refused)
        return result;
    for (ControlRange& known : region.controls) {
        if (known.control == control) {
            (is_high ? known.high : known.low) = is_high ? range.high : range.low;
            return result;
        }
    }
    region.controls.push_back(range);
    return result;
}

} // namespace

std::optional<int> parse_key(std::string_view text)
{
    int number = 0;
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        error == std::errc() && end == text.data() + text.size())
        // -1 is how SFZ says that no key starts the region.
        return number >= -1 && number <= 127 ? std::optional(number) : std::nullopt;

    constexpr std::array semitones = {9, 11, 0, 2, 4, 5, 7}; // from a
    const std::string lower = lower_case(text);
    std::string_view name = lower;
    if (name.empty() || name.front() < 'a' || name.front() > 'g')
        return std::nullopt;
    int key = semitones[static_cast<std::size_t>(name.front() - 'a')];
    name.remove_prefix(1);
    if (name.starts_with('#') || name.starts_with('b')) {
        key += name.front() == '#' ? 1 : -1;
        name.remove_prefix(1);
    }
    int octave = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), octave);
    if (error != std::errc() || end != name.data() + name.size() || octave < -1 || octave > 9)
        return std::nullopt;
    key += 12 * (octave + 1);
    return key >= 0 && key <= 127 ? std::optional(key) : std::nullopt;
}

OpcodeResult apply_opcode(Region& region, std::string_view name, std::string_view value)
{
    if (const auto found = opcodes().find(name); found != opcodes().end()) {
        const Opcode& opcode = found->second;
        if (const auto* key = std::get_if<Key>(&opcode))
            return apply(region, *key, value);
        if (const auto* envelope = std::get_if<Number<EnvelopeTimes, float>>(&opcode))
            return apply(region.ampeg, *envelope, value);
        if (const auto* filter = std::get_if<FilterNumber>(&opcode))
            return std::visit([&](const auto& setting) { return apply(region.filter, setting, value); },
                              *filter);
        if (const auto* word = std::get_if<Word>(&opcode))
            return (*word)(region, value);
        return std::visit([&](const auto& number) { return apply(region, number, value); },
                          std::get<RegionNumber>(opcode));
    }
    if (name.starts_with("locc") || name.starts_with("hicc")) {
        const std::string_view digits = name.substr(4);
        unsigned control = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), control);
        if (error == std::errc() && end == digits.data() + digits.size() && control < 1000)
            return apply_control_range(region, static_cast<int>(control), name.starts_with("hi"), value);
    }
    return {.outcome = Outcome::unknown, .message = {}};
}

} // namespace decant::sampler
