// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/opcodes.hpp"

#include "nodes/sampler/opcode-table.hpp"
#include "nodes/sampler/opcode-values.hpp"
#include "nodes/sampler/parameter-names.hpp"
#include "nodes/sampler/problem.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace decant::sampler
{
namespace
{

using Outcome = OpcodeResult::Outcome;
using Of = ParameterKey::Of;
using Part = ParameterName::Part;

struct Limits {
    double lowest;
    double highest;
};

Limits limits_of(Target target, Part part)
{
    switch (target) {
    case Target::volume:
        return {-144, 144};
    case Target::amplitude:
        return {-10'000, 10'000};
    case Target::pan:
    case Target::width:
    case Target::position:
        return {-200, 200};
    case Target::pitch:
    case Target::cutoff:
    case Target::cutoff2:
        return {-12'000, 12'000};
    case Target::eq1_frequency:
    case Target::eq2_frequency:
    case Target::eq3_frequency:
        return {part == Part::base ? 0.0 : -30'000.0, 30'000};
    case Target::eq1_bandwidth:
    case Target::eq2_bandwidth:
    case Target::eq3_bandwidth:
        return {part == Part::base ? 0.001 : -4.0, 4};
    default:
        return {-96, 96}; // gains and resonances in dB
    }
}

Limits limits_of(const ParameterName& name)
{
    const bool base = name.part == Part::base;
    switch (name.key.of) {
    case Of::voice:
    case Of::lfo_depth:
    case Of::envelope_depth:
    case Of::variable_depth:
        return limits_of(static_cast<Target>(name.key.field),
                         name.key.of == Of::voice ? name.part : Part::depth);
    case Of::note:
        switch (static_cast<NoteValue>(name.key.field)) {
        case NoteValue::delay:
            return {-100, 100};
        case NoteValue::offset:
            return {-4294967296.0, 4294967296.0};
        case NoteValue::amp_veltrack:
            return {-200, 200};
        case NoteValue::delay_beats:
            return {base ? 0.0 : -100.0, 100};
        case NoteValue::delay_samples:
            return {base ? 0.0 : -1e8, 1e8};
        }
        return {0, 0};
    case Of::lfo:
        switch (static_cast<LfoValue>(name.key.field)) {
        case LfoValue::frequency:
            return {-1000, 1000};
        case LfoValue::delay:
        case LfoValue::fade:
            return {base ? 0.0 : -100.0, 100};
        case LfoValue::beats:
            return {base ? 0.0 : -1000.0, 1000};
        case LfoValue::phase:
            return {-1, 1};
        case LfoValue::count:
            return {0, 1e6};
        case LfoValue::steps:
            return {0, most_steps};
        }
        return {0, 0};
    case Of::lfo_wave:
        return static_cast<WaveValue>(name.key.field % 4) == WaveValue::wave ? Limits{0, 255}
                                                                             : Limits{-100, 100};
    case Of::lfo_rate:
    case Of::envelope_rate:
    case Of::envelope_scale:
        return {-1000, 1000};
    case Of::envelope:
        return {0,
                static_cast<EnvelopeValue>(name.key.field) == EnvelopeValue::loop_count ? 1e6 : most_points};
    case Of::point_time:
        return {base ? 0.0 : -100.0, 100};
    case Of::point_level:
        return {-100, 100};
    case Of::variable:
        return {-1000, 1000};
    case Of::stage:
        return {base ? 0.0 : -100.0, 100};
    case Of::lfo_step:
    case Of::point_shape:
    case Of::stage_shape:
        return {-100, 100};
    }
    return {0, 0};
}

// varNN_mod
OpcodeResult apply_combination(Parameter& parameter, std::string_view value)
{
    const std::string lower = lower_case(value);
    if (lower != "add" && lower != "mult")
        return refused(fmt::format("'{}' is none of add, mult; it is left out", shown(value)));
    parameter.base = lower == "mult" ? 1.0f : 0.0f;
    return applied();
}

OpcodeResult apply_parameter(Region& region, const ParameterName& name, std::string_view value)
{
    if (name.key.of == Of::variable && name.part == Part::base)
        return apply_combination(region.parameters[name.key], value);
    const auto read = [&]() -> ReadNumber {
        switch (name.part) {
        case Part::curve:
            return read_number(value, 0, 255);
        case Part::smooth:
            return read_number(value, 0, 100'000);
        case Part::step:
            return read_number(value, 0, 1e6);
        default:
            const Limits limits = limits_of(name);
            return read_number(value, limits.lowest, limits.highest);
        }
    }();
    if (!read.number)
        return read.result;
    const auto number = static_cast<float>(*read.number);
    Parameter& parameter = region.parameters[name.key];
    if (name.part == Part::base) {
        parameter.base = number;
        return read.result;
    }
    if (name.part == Part::velocity) {
        parameter.velocity = number;
        return read.result;
    }
    auto use = std::find_if(parameter.controls.begin(), parameter.controls.end(),
                            [&](const ControlUse& known) { return known.control == name.control; });
    if (use == parameter.controls.end())
        use = parameter.controls.insert(use, ControlUse{.control = name.control});
    switch (name.part) {
    case Part::curve:
        use->curve = static_cast<std::uint8_t>(number);
        break;
    case Part::smooth:
        use->smooth = number;
        break;
    case Part::step:
        use->step = number;
        break;
    default:
        use->depth = number;
    }
    return read.result;
}

OpcodeResult no_such_control(unsigned control)
{
    return refused(
        fmt::format("there is no controller {}; they go from 0 to {}", control, most_controls - 1));
}

template <class T>
T& entry_of(std::vector<T>& entries, unsigned control)
{
    for (T& known : entries)
        if (known.control == static_cast<int>(control))
            return known;
    return entries.emplace_back(T{.control = static_cast<int>(control)});
}

// loccN and hiccN with all that begins like them. Values of the high-resolution opcodes go from 0 to 1.
std::optional<OpcodeResult> apply_control_range(Region& region, std::string_view name, std::string_view value)
{
    struct Form {
        std::string_view prefix;
        bool starts;
        bool high;
        bool fine;
    };
    constexpr std::array forms{
        Form{"locc", false, false, false},       Form{"hicc", false, true, false},
        Form{"lohdcc", false, false, true},      Form{"hihdcc", false, true, true},
        Form{"on_locc", true, false, false},     Form{"on_hicc", true, true, false},
        Form{"start_locc", true, false, false},  Form{"start_hicc", true, true, false},
        Form{"on_lohdcc", true, false, true},    Form{"on_hihdcc", true, true, true},
        Form{"start_lohdcc", true, false, true}, Form{"start_hihdcc", true, true, true},
    };
    for (const Form& form : forms) {
        const auto control = number_behind(name, form.prefix);
        if (!control)
            continue;
        if (*control >= most_controls)
            return no_such_control(*control);
        auto read = read_number(value, form.starts ? -1 : 0, form.fine ? 1 : 127);
        if (!read.number)
            return std::move(read.result);
        ControlRange& range = entry_of(form.starts ? region.start_controls : region.controls, *control);
        const auto number = static_cast<float>(*read.number);
        // A fine range ends where it says, with all that rounding may add.
        if (form.high)
            range.high = form.fine ? number * 127 - 1 + ControlRange::rounding : number;
        else
            range.low = form.fine ? number * 127 : number;
        return std::move(read.result);
    }
    return std::nullopt;
}

std::optional<OpcodeResult> apply_control_fade(Region& region, std::string_view name, std::string_view value)
{
    constexpr std::array forms{
        std::pair<std::string_view, int Crossfade::*>("xfin_locc", &Crossfade::in_low),
        std::pair<std::string_view, int Crossfade::*>("xfin_hicc", &Crossfade::in_high),
        std::pair<std::string_view, int Crossfade::*>("xfout_locc", &Crossfade::out_low),
        std::pair<std::string_view, int Crossfade::*>("xfout_hicc", &Crossfade::out_high),
    };
    for (const auto& [prefix, member] : forms) {
        const auto control = number_behind(name, prefix);
        if (!control)
            continue;
        if (*control >= most_controls)
            return no_such_control(*control);
        auto read = read_number(value, 0, 127);
        if (read.number)
            entry_of(region.control_fades, *control).fade.*member = static_cast<int>(*read.number);
        return std::move(read.result);
    }
    return std::nullopt;
}

std::optional<OpcodeResult> apply_velocity_curve(Region& region, std::string_view name,
                                                 std::string_view value)
{
    const auto velocity = number_behind(name, "amp_velcurve_");
    if (!velocity)
        return std::nullopt;
    if (*velocity > 127)
        return refused(fmt::format("there is no velocity {}; they go from 0 to 127", *velocity));
    auto read = read_number(value, 0, 1);
    if (!read.number)
        return std::move(read.result);
    const VelocityPoint point(static_cast<int>(*velocity), static_cast<float>(*read.number));
    auto& curve = region.amp_velcurve;
    const auto at = std::lower_bound(curve.begin(), curve.end(), point.first,
                                     [](const VelocityPoint& a, int b) { return a.first < b; });
    if (at != curve.end() && at->first == point.first)
        *at = point;
    else
        curve.insert(at, point);
    return std::move(read.result);
}

} // namespace

OpcodeResult apply_opcode(Region& region, std::string_view name, std::string_view value)
{
    const auto& table = opcode_table();
    if (const auto found = table.find(name); found != table.end())
        return found->second(region, value);
    if (auto result = apply_control_range(region, name, value))
        return std::move(*result);
    if (auto result = apply_control_fade(region, name, value))
        return std::move(*result);
    if (auto result = apply_velocity_curve(region, name, value))
        return std::move(*result);
    if (const auto parameter = parse_parameter_name(name))
        return apply_parameter(region, *parameter, value);
    return {.outcome = Outcome::unknown, .message = {}};
}

} // namespace decant::sampler
