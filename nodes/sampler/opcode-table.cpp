// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/opcode-table.hpp"

#include "nodes/sampler/opcode-values.hpp"
#include "nodes/sampler/problem.hpp"

#include <array>
#include <fmt/format.h>
#include <string>
#include <type_traits>
#include <utility>

namespace decant::sampler
{
namespace
{

using Value = std::string_view;

constexpr double longest_sample = 4294967296.0; // frames, SFZ's limit
constexpr double lowest_group = -2147483648.0;
constexpr double highest_group = 2147483647.0;

template <class T>
struct Stored {
    using Type = T;
};
template <class T>
struct Stored<std::optional<T>> {
    using Type = T;
};

template <class T>
OpcodeResult number(T& target, Value value, double lowest, double highest)
{
    auto read = read_number(value, lowest, highest);
    if (read.number)
        target = static_cast<typename Stored<T>::Type>(*read.number);
    return std::move(read.result);
}

template <class T>
OpcodeResult key(T& target, Value value)
{
    const auto read = parse_key(value);
    if (!read)
        return refused(
            fmt::format("'{}' is no key; write a number from 0 to 127 or a name such as c#4", shown(value)));
    target = *read; // NOLINT(bugprone-optional-value-conversion): of some regions it is optional
    return applied();
}

OpcodeResult both_keys(Region& region, Value value)
{
    auto result = key(region.lokey, value);
    if (result.outcome == OpcodeResult::Outcome::applied) {
        region.hikey = region.lokey;
        region.pitch_keycenter = region.lokey;
        region.keycenter_from_sample = false;
    }
    return result;
}

OpcodeResult keycenter(Region& region, Value value)
{
    region.keycenter_from_sample = value == "sample";
    return region.keycenter_from_sample ? applied() : key(region.pitch_keycenter, value);
}

OpcodeResult filter_keycenter(FilterSettings& filter, Value value)
{
    return key(filter.keycenter, value);
}

OpcodeResult last_switch(Region& region, Value value)
{
    auto result = key(region.keyswitch.last_low, value);
    region.keyswitch.last_high = region.keyswitch.last_low;
    return result;
}

OpcodeResult bend_step(Region& region, Value value)
{
    region.bend_step_down = region.bend_step_up;
    auto result = number(region.bend_step_up, value, 1, 1200);
    region.bend_step_down = region.bend_step_up;
    return result;
}

// To one that is not there goes nothing: not to the last one either, which nobody would listen to.
OpcodeResult output_pair(unsigned& output, Value value)
{
    constexpr unsigned highest = 1024; // SFZ's limit
    auto result = number(output, value, 0, highest);
    if (output < most_outputs)
        return result;
    output = 0;
    return {.outcome = OpcodeResult::Outcome::adjusted,
            .message =
                fmt::format("{} is out of range 0…{}; it goes to output 0", shown(value), most_outputs - 1)};
}

OpcodeResult flag(bool& target, Value value)
{
    float read = target ? 1 : 0;
    auto result = number(read, value, 0, 1);
    target = read != 0;
    return result;
}

template <class T>
using Choice = std::pair<std::string_view, T>;

template <class T, class U, std::size_t n>
OpcodeResult choose(T& target, Value value, const std::array<Choice<U>, n>& choices)
{
    const std::string lower = lower_case(value);
    std::string names;
    for (const auto& [name, choice] : choices) {
        if (name == lower) {
            target = choice;
            return applied();
        }
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    return refused(fmt::format("'{}' is none of {}; it is left out", shown(value), names));
}

constexpr std::array triggers{
    Choice<Trigger>("attack", Trigger::attack), Choice<Trigger>("release", Trigger::release),
    Choice<Trigger>("release_key", Trigger::release_key), Choice<Trigger>("first", Trigger::first),
    Choice<Trigger>("legato", Trigger::legato)};

constexpr std::array loop_modes{Choice<LoopMode>("no_loop", LoopMode::no_loop),
                                Choice<LoopMode>("one_shot", LoopMode::one_shot),
                                Choice<LoopMode>("loop_continuous", LoopMode::loop_continuous),
                                Choice<LoopMode>("loop_sustain", LoopMode::loop_sustain)};

constexpr std::array off_modes{Choice<OffMode>("fast", OffMode::fast),
                               Choice<OffMode>("normal", OffMode::normal),
                               Choice<OffMode>("time", OffMode::time)};

constexpr std::array switches{Choice<bool>("on", true), Choice<bool>("off", false), Choice<bool>("1", true),
                              Choice<bool>("0", false)};
constexpr std::array switch_velocities{Choice<bool>("current", false), Choice<bool>("previous", true)};
constexpr std::array directions{Choice<bool>("forward", false), Choice<bool>("reverse", true)};
constexpr std::array pan_laws{Choice<bool>("mma", false), Choice<bool>("balance", true),
                              Choice<bool>("no_law", true)};
constexpr std::array phases{Choice<bool>("normal", false), Choice<bool>("invert", true)};
constexpr std::array fade_curves{Choice<FadeCurve>("power", FadeCurve::power),
                                 Choice<FadeCurve>("gain", FadeCurve::gain)};
constexpr std::array equalizer_types{Choice<EqualizerType>("peak", EqualizerType::peak),
                                     Choice<EqualizerType>("lshelf", EqualizerType::low_shelf),
                                     Choice<EqualizerType>("hshelf", EqualizerType::high_shelf)};

// The state-variable variants are what all two-pole types are here.
constexpr std::array filter_types{
    Choice<FilterType>("lpf_1p", FilterType::lpf_1p),    Choice<FilterType>("hpf_1p", FilterType::hpf_1p),
    Choice<FilterType>("bpf_1p", FilterType::bpf_1p),    Choice<FilterType>("brf_1p", FilterType::brf_1p),
    Choice<FilterType>("apf_1p", FilterType::apf_1p),    Choice<FilterType>("lpf_2p", FilterType::lpf_2p),
    Choice<FilterType>("hpf_2p", FilterType::hpf_2p),    Choice<FilterType>("bpf_2p", FilterType::bpf_2p),
    Choice<FilterType>("brf_2p", FilterType::brf_2p),    Choice<FilterType>("pkf_2p", FilterType::pkf_2p),
    Choice<FilterType>("lpf_4p", FilterType::lpf_4p),    Choice<FilterType>("hpf_4p", FilterType::hpf_4p),
    Choice<FilterType>("lpf_6p", FilterType::lpf_6p),    Choice<FilterType>("hpf_6p", FilterType::hpf_6p),
    Choice<FilterType>("lpf_2p_sv", FilterType::lpf_2p), Choice<FilterType>("hpf_2p_sv", FilterType::hpf_2p),
    Choice<FilterType>("bpf_2p_sv", FilterType::bpf_2p), Choice<FilterType>("brf_2p_sv", FilterType::brf_2p),
    Choice<FilterType>("lsh", FilterType::low_shelf),    Choice<FilterType>("hsh", FilterType::high_shelf),
    Choice<FilterType>("peq", FilterType::peak),         Choice<FilterType>("pink", FilterType::pink),
    Choice<FilterType>("comb", FilterType::comb)};

OpcodeResult filter_type(FilterSettings& filter, Value value)
{
    return choose(filter.type, value, filter_types);
}

} // namespace

const std::unordered_map<std::string_view, ApplyOpcode>& opcode_table()
{
    // Ranges are ARIA's where it allows more than SFZ 1: volume up to 48 dB, tune beyond ±100 cents.
    static const std::unordered_map<std::string_view, ApplyOpcode> table = {
        {"lokey", [](Region& r, Value v) { return key(r.lokey, v); }},
        {"hikey", [](Region& r, Value v) { return key(r.hikey, v); }},
        {"key", [](Region& r, Value v) { return both_keys(r, v); }},
        {"lovel", [](Region& r, Value v) { return number(r.lovel, v, 0, 127); }},
        {"hivel", [](Region& r, Value v) { return number(r.hivel, v, 0, 127); }},
        {"lochan", [](Region& r, Value v) { return number(r.lochan, v, 1, 16); }},
        {"hichan", [](Region& r, Value v) { return number(r.hichan, v, 1, 16); }},
        {"lobend", [](Region& r, Value v) { return number(r.lobend, v, -8192, 8192); }},
        {"hibend", [](Region& r, Value v) { return number(r.hibend, v, -8192, 8192); }},
        {"lochanaft", [](Region& r, Value v) { return number(r.lochanaft, v, 0, 127); }},
        {"hichanaft", [](Region& r, Value v) { return number(r.hichanaft, v, 0, 127); }},
        {"lopolyaft", [](Region& r, Value v) { return number(r.lopolyaft, v, 0, 127); }},
        {"hipolyaft", [](Region& r, Value v) { return number(r.hipolyaft, v, 0, 127); }},
        {"loprog", [](Region& r, Value v) { return number(r.loprog, v, 0, 127); }},
        {"hiprog", [](Region& r, Value v) { return number(r.hiprog, v, 0, 127); }},
        {"lorand", [](Region& r, Value v) { return number(r.lorand, v, 0, 1); }},
        {"hirand", [](Region& r, Value v) { return number(r.hirand, v, 0, 1); }},
        {"seq_length", [](Region& r, Value v) { return number(r.seq_length, v, 1, 100); }},
        {"seq_position", [](Region& r, Value v) { return number(r.seq_position, v, 1, 100); }},
        {"trigger", [](Region& r, Value v) { return choose(r.trigger, v, triggers); }},
        {"sw_lokey", [](Region& r, Value v) { return key(r.keyswitch.lokey, v); }},
        {"sw_hikey", [](Region& r, Value v) { return key(r.keyswitch.hikey, v); }},
        {"sw_last", [](Region& r, Value v) { return last_switch(r, v); }},
        {"sw_lolast", [](Region& r, Value v) { return key(r.keyswitch.last_low, v); }},
        {"sw_hilast", [](Region& r, Value v) { return key(r.keyswitch.last_high, v); }},
        {"sw_default", [](Region& r, Value v) { return key(r.keyswitch.initial, v); }},
        {"sw_down", [](Region& r, Value v) { return key(r.keyswitch.down, v); }},
        {"sw_up", [](Region& r, Value v) { return key(r.keyswitch.up, v); }},
        {"sw_previous", [](Region& r, Value v) { return key(r.keyswitch.previous, v); }},
        {"sw_vel", [](Region& r, Value v) { return choose(r.previous_velocity, v, switch_velocities); }},
        {"sustain_sw", [](Region& r, Value v) { return choose(r.sustain, v, switches); }},
        {"sostenuto_sw", [](Region& r, Value v) { return choose(r.sostenuto, v, switches); }},
        {"rt_dead", [](Region& r, Value v) { return choose(r.rt_dead, v, switches); }},
        {"delay", [](Region& r, Value v) { return number(r.delay, v, 0, 100); }},
        {"delay_random", [](Region& r, Value v) { return number(r.delay_random, v, 0, 100); }},
        {"delay_beats_random", [](Region& r, Value v) { return number(r.delay_beats_random, v, 0, 100); }},
        {"sync_beats", [](Region& r, Value v) { return number(r.sync_beats, v, 0, 32); }},
        {"sync_offset", [](Region& r, Value v) { return number(r.sync_offset, v, 0, 32); }},
        {"lobpm", [](Region& r, Value v) { return number(r.lobpm, v, 0, 500); }},
        {"hibpm", [](Region& r, Value v) { return number(r.hibpm, v, 0, 500); }},
        {"pitch_keycenter", [](Region& r, Value v) { return keycenter(r, v); }},
        {"pitch_keytrack", [](Region& r, Value v) { return number(r.pitch_keytrack, v, -1200, 1200); }},
        {"tune_keytrack", [](Region& r, Value v) { return number(r.pitch_keytrack, v, -1200, 1200); }},
        {"transpose", [](Region& r, Value v) { return number(r.transpose, v, -127, 127); }},
        {"tune", [](Region& r, Value v) { return number(r.tune, v, -9600, 9600); }},
        {"pitch", [](Region& r, Value v) { return number(r.tune, v, -9600, 9600); }},
        {"group_tune", [](Region& r, Value v) { return number(r.group_tune, v, -9600, 9600); }},
        {"master_tune", [](Region& r, Value v) { return number(r.master_tune, v, -9600, 9600); }},
        {"global_tune", [](Region& r, Value v) { return number(r.global_tune, v, -9600, 9600); }},
        {"bend_up", [](Region& r, Value v) { return number(r.bend_up, v, -9600, 9600); }},
        {"bendup", [](Region& r, Value v) { return number(r.bend_up, v, -9600, 9600); }},
        {"bend_down", [](Region& r, Value v) { return number(r.bend_down, v, -9600, 9600); }},
        {"benddown", [](Region& r, Value v) { return number(r.bend_down, v, -9600, 9600); }},
        {"bend_step", [](Region& r, Value v) { return bend_step(r, v); }},
        {"bendstep", [](Region& r, Value v) { return bend_step(r, v); }},
        {"bend_stepup", [](Region& r, Value v) { return number(r.bend_step_up, v, 1, 1200); }},
        {"bend_stepdown", [](Region& r, Value v) { return number(r.bend_step_down, v, 1, 1200); }},
        {"pitch_veltrack", [](Region& r, Value v) { return number(r.pitch_veltrack, v, -9600, 9600); }},
        {"tune_veltrack", [](Region& r, Value v) { return number(r.pitch_veltrack, v, -9600, 9600); }},
        {"pitch_random", [](Region& r, Value v) { return number(r.pitch_random, v, 0, 9600); }},
        {"tune_random", [](Region& r, Value v) { return number(r.pitch_random, v, 0, 9600); }},
        {"volume", [](Region& r, Value v) { return number(r.volume, v, -144, 48); }},
        {"gain", [](Region& r, Value v) { return number(r.volume, v, -144, 48); }},
        {"group_volume", [](Region& r, Value v) { return number(r.group_volume, v, -144, 48); }},
        {"master_volume", [](Region& r, Value v) { return number(r.master_volume, v, -144, 48); }},
        {"global_volume", [](Region& r, Value v) { return number(r.global_volume, v, -144, 48); }},
        {"amplitude", [](Region& r, Value v) { return number(r.amplitude, v, 0, 10000); }},
        {"group_amplitude", [](Region& r, Value v) { return number(r.group_amplitude, v, 0, 10000); }},
        {"master_amplitude", [](Region& r, Value v) { return number(r.master_amplitude, v, 0, 10000); }},
        {"global_amplitude", [](Region& r, Value v) { return number(r.global_amplitude, v, 0, 10000); }},
        {"amp_veltrack", [](Region& r, Value v) { return number(r.amp_veltrack, v, -100, 100); }},
        {"amp_keytrack", [](Region& r, Value v) { return number(r.amp_keytrack, v, -96, 96); }},
        {"amp_keycenter", [](Region& r, Value v) { return key(r.amp_keycenter, v); }},
        {"amp_random", [](Region& r, Value v) { return number(r.amp_random, v, 0, 24); }},
        {"gain_random", [](Region& r, Value v) { return number(r.amp_random, v, 0, 24); }},
        {"rt_decay", [](Region& r, Value v) { return number(r.rt_decay, v, 0, 200); }},
        {"phase", [](Region& r, Value v) { return choose(r.inverted, v, phases); }},
        {"pan", [](Region& r, Value v) { return number(r.pan, v, -100, 100); }},
        {"pan_keytrack", [](Region& r, Value v) { return number(r.pan_keytrack, v, -100, 100); }},
        {"pan_keycenter", [](Region& r, Value v) { return key(r.pan_keycenter, v); }},
        {"pan_veltrack", [](Region& r, Value v) { return number(r.pan_veltrack, v, -200, 200); }},
        {"pan_random", [](Region& r, Value v) { return number(r.pan_random, v, 0, 100); }},
        {"pan_law", [](Region& r, Value v) { return choose(r.balance, v, pan_laws); }},
        {"width", [](Region& r, Value v) { return number(r.width, v, -100, 100); }},
        {"position", [](Region& r, Value v) { return number(r.position, v, -100, 100); }},
        {"xfin_lokey", [](Region& r, Value v) { return key(r.key_fade.in_low, v); }},
        {"xfin_lovel", [](Region& r, Value v) { return number(r.velocity_fade.in_low, v, 0, 127); }},
        {"xfin_hikey", [](Region& r, Value v) { return key(r.key_fade.in_high, v); }},
        {"xfin_hivel", [](Region& r, Value v) { return number(r.velocity_fade.in_high, v, 0, 127); }},
        {"xfout_lokey", [](Region& r, Value v) { return key(r.key_fade.out_low, v); }},
        {"xfout_lovel", [](Region& r, Value v) { return number(r.velocity_fade.out_low, v, 0, 127); }},
        {"xfout_hikey", [](Region& r, Value v) { return key(r.key_fade.out_high, v); }},
        {"xfout_hivel", [](Region& r, Value v) { return number(r.velocity_fade.out_high, v, 0, 127); }},
        {"xf_keycurve", [](Region& r, Value v) { return choose(r.key_fade_curve, v, fade_curves); }},
        {"xf_velcurve", [](Region& r, Value v) { return choose(r.velocity_fade_curve, v, fade_curves); }},
        {"xf_cccurve", [](Region& r, Value v) { return choose(r.control_fade_curve, v, fade_curves); }},
        {"ampeg_delay", [](Region& r, Value v) { return number(r.ampeg.delay, v, 0, 100); }},
        {"amp_delay", [](Region& r, Value v) { return number(r.ampeg.delay, v, 0, 100); }},
        {"ampeg_attack", [](Region& r, Value v) { return number(r.ampeg.attack, v, 0, 100); }},
        {"amp_attack", [](Region& r, Value v) { return number(r.ampeg.attack, v, 0, 100); }},
        {"ampeg_hold", [](Region& r, Value v) { return number(r.ampeg.hold, v, 0, 100); }},
        {"amp_hold", [](Region& r, Value v) { return number(r.ampeg.hold, v, 0, 100); }},
        {"ampeg_decay", [](Region& r, Value v) { return number(r.ampeg.decay, v, 0, 100); }},
        {"amp_decay", [](Region& r, Value v) { return number(r.ampeg.decay, v, 0, 100); }},
        {"ampeg_release", [](Region& r, Value v) { return number(r.ampeg.release, v, 0, 100); }},
        {"amp_release", [](Region& r, Value v) { return number(r.ampeg.release, v, 0, 100); }},
        {"ampeg_sustain", [](Region& r, Value v) { return number(r.ampeg.sustain, v, 0, 100); }},
        {"amp_sustain", [](Region& r, Value v) { return number(r.ampeg.sustain, v, 0, 100); }},
        {"ampeg_start", [](Region& r, Value v) { return number(r.ampeg.start, v, 0, 100); }},
        {"ampeg_attack_shape", [](Region& r, Value v) { return number(r.ampeg.attack_shape, v, -100, 100); }},
        {"ampeg_decay_shape", [](Region& r, Value v) { return number(r.ampeg.decay_shape, v, -100, 100); }},
        {"ampeg_release_shape", [](Region& r, Value v) { return number(r.ampeg.release_shape, v, -100, 100); }},
        {"ampeg_dynamic", [](Region& r, Value v) { return flag(r.ampeg_dynamic, v); }},
        {"fil_type", [](Region& r, Value v) { return filter_type(r.filter, v); }},
        {"filtype", [](Region& r, Value v) { return filter_type(r.filter, v); }},
        {"cutoff", [](Region& r, Value v) { return number(r.filter.cutoff, v, 0, 192000); }},
        {"resonance", [](Region& r, Value v) { return number(r.filter.resonance, v, -96, 96); }},
        {"fil_gain", [](Region& r, Value v) { return number(r.filter.gain, v, -96, 96); }},
        {"fil_keytrack", [](Region& r, Value v) { return number(r.filter.keytrack, v, -1200, 1200); }},
        {"fil_keycenter", [](Region& r, Value v) { return filter_keycenter(r.filter, v); }},
        {"fil_veltrack", [](Region& r, Value v) { return number(r.filter.veltrack, v, -9600, 9600); }},
        {"fil2_type", [](Region& r, Value v) { return filter_type(r.filter2, v); }},
        {"cutoff2", [](Region& r, Value v) { return number(r.filter2.cutoff, v, 0, 192000); }},
        {"resonance2", [](Region& r, Value v) { return number(r.filter2.resonance, v, -96, 96); }},
        {"fil2_gain", [](Region& r, Value v) { return number(r.filter2.gain, v, -96, 96); }},
        {"fil2_keytrack", [](Region& r, Value v) { return number(r.filter2.keytrack, v, -1200, 1200); }},
        {"fil2_keycenter", [](Region& r, Value v) { return filter_keycenter(r.filter2, v); }},
        {"fil2_veltrack", [](Region& r, Value v) { return number(r.filter2.veltrack, v, -9600, 9600); }},
        {"fil_random", [](Region& r, Value v) { return number(r.filter.random, v, 0, 9600); }},
        {"cutoff_random", [](Region& r, Value v) { return number(r.filter.random, v, 0, 9600); }},
        {"fil2_random", [](Region& r, Value v) { return number(r.filter2.random, v, 0, 9600); }},
        {"cutoff2_random", [](Region& r, Value v) { return number(r.filter2.random, v, 0, 9600); }},
        {"eq1_type", [](Region& r, Value v) { return choose(r.equalizer_types[0], v, equalizer_types); }},
        {"eq2_type", [](Region& r, Value v) { return choose(r.equalizer_types[1], v, equalizer_types); }},
        {"eq3_type", [](Region& r, Value v) { return choose(r.equalizer_types[2], v, equalizer_types); }},
        {"output", [](Region& r, Value v) { return output_pair(r.output, v); }},
        {"offset", [](Region& r, Value v) { return number(r.offset, v, 0, longest_sample); }},
        {"offset_random", [](Region& r, Value v) { return number(r.offset_random, v, 0, longest_sample); }},
        {"end", [](Region& r, Value v) { return number(r.end, v, -1, longest_sample); }},
        {"loop_mode", [](Region& r, Value v) { return choose(r.loop_mode, v, loop_modes); }},
        {"loopmode", [](Region& r, Value v) { return choose(r.loop_mode, v, loop_modes); }},
        {"loop_start", [](Region& r, Value v) { return number(r.loop_start, v, 0, longest_sample); }},
        {"loopstart", [](Region& r, Value v) { return number(r.loop_start, v, 0, longest_sample); }},
        {"loop_end", [](Region& r, Value v) { return number(r.loop_end, v, 0, longest_sample); }},
        {"loopend", [](Region& r, Value v) { return number(r.loop_end, v, 0, longest_sample); }},
        {"loop_crossfade", [](Region& r, Value v) { return number(r.loop_crossfade, v, 0, 100); }},
        {"loop_count", [](Region& r, Value v) { return number(r.loop_count, v, 0, longest_sample); }},
        {"loopcount", [](Region& r, Value v) { return number(r.loop_count, v, 0, longest_sample); }},
        {"count", [](Region& r, Value v) { return number(r.count, v, 0, longest_sample); }},
        {"direction", [](Region& r, Value v) { return choose(r.reverse, v, directions); }},
        {"group", [](Region& r, Value v) { return number(r.group, v, lowest_group, highest_group); }},
        {"polyphony_group", [](Region& r, Value v) { return number(r.group, v, lowest_group, highest_group); }},
        {"off_by", [](Region& r, Value v) { return number(r.off_by, v, lowest_group, highest_group); }},
        {"offby", [](Region& r, Value v) { return number(r.off_by, v, lowest_group, highest_group); }},
        {"off_mode", [](Region& r, Value v) { return choose(r.off_mode, v, off_modes); }},
        {"off_time", [](Region& r, Value v) { return number(r.off_time, v, 0, 100); }},
        {"off_shape", [](Region& r, Value v) { return number(r.off_shape, v, -100, 100); }},
        {"polyphony", [](Region& r, Value v) { return number(r.polyphony, v, 0, 65536); }},
        {"note_polyphony", [](Region& r, Value v) { return number(r.note_polyphony, v, 0, 65536); }},
        {"note_selfmask", [](Region& r, Value v) { return choose(r.note_selfmask, v, switches); }}};
    return table;
}

} // namespace decant::sampler
