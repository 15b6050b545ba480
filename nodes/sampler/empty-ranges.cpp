// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/empty-ranges.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr std::size_t most_named = 20; // of a region; a hostile file has hundreds in each

using Bounds = std::pair<double, double>;
using Found = std::optional<Bounds>;

Bounds bounds(double low, double high)
{
    return {low, high};
}

template <auto low, auto high>
Found both(const Region& region)
{
    return bounds(region.*low, region.*high);
}

struct Form {
    const char* low;
    const char* high;
    const char* consequence;
    Found (*of)(const Region&); ///< null if nothing is to be said about them
    bool top_excluded = false;
};

// The last switches that play the region.
Found last_switches(const KeyswitchConditions& conditions)
{
    if (!conditions.last_low && !conditions.last_high)
        return std::nullopt;
    const int low = conditions.last_low ? *conditions.last_low : *conditions.last_high;
    return bounds(low, conditions.last_high.value_or(low));
}

// Null as well if it plays until a switch is pressed.
Found switches_to_press(const KeyswitchConditions& conditions)
{
    const auto last = last_switches(conditions);
    const double initial = conditions.initial.value_or(-1);
    const bool begins = last && initial >= last->first && initial <= last->second;
    const bool senseless = last && (last->first > last->second || conditions.lokey > conditions.hikey);
    return begins || senseless ? std::nullopt : last;
}

Found fade_in(const Crossfade& fade)
{
    return bounds(fade.in_low, fade.in_high);
}

// Without its beginning it is a hard edge.
Found fade_out(const Crossfade& fade)
{
    return fade.out_low == Crossfade{}.out_low ? std::nullopt
                                               : std::optional(bounds(fade.out_low, fade.out_high));
}

template <auto fade>
Found begins(const Region& region)
{
    return fade_in(region.*fade);
}

template <auto fade>
Found ends(const Region& region)
{
    return fade_out(region.*fade);
}

constexpr const char* no_fade_in = "it does not fade in; swap them";
constexpr const char* no_fade_out = "it does not fade out; swap them";
constexpr const char* no_switch = "no key switches to this region; swap them";
constexpr const char* other_switch = "no key switches to this region; change one of them";

constexpr std::array forms{
    Form{"lokey", "hikey", "no key plays this region; swap them",
         [](const Region& r) {
             const bool off = r.hikey < 0 || !r.start_controls.empty();
             return off ? Found() : bounds(r.lokey, r.hikey);
         }},
    Form{"lovel", "hivel", "no velocity plays this region; swap them", both<&Region::lovel, &Region::hivel>},
    Form{"lochan", "hichan", "no channel plays this region; swap them",
         both<&Region::lochan, &Region::hichan>},
    Form{"lobend", "hibend", "no pitch bend plays this region; swap them",
         both<&Region::lobend, &Region::hibend>},
    Form{"lochanaft", "hichanaft", "no channel aftertouch plays this region; swap them",
         both<&Region::lochanaft, &Region::hichanaft>},
    Form{"lopolyaft", "hipolyaft", "no key aftertouch plays this region; swap them",
         both<&Region::lopolyaft, &Region::hipolyaft>},
    Form{"loprog", "hiprog", "no program plays this region; swap them",
         both<&Region::loprog, &Region::hiprog>},
    Form{"lorand", "hirand", "no random number plays this region; change one of them",
         both<&Region::lorand, &Region::hirand>, true},
    Form{"lobpm", "hibpm", "no tempo plays this region; change one of them",
         [](const Region& r) { return r.hibpm < 500 ? Found(bounds(r.lobpm, r.hibpm)) : Found(); }, true},
    Form{"seq_position", "seq_length", "its turn never comes; change one of them",
         both<&Region::seq_position, &Region::seq_length>},
    Form{"sw_lokey", "sw_hikey", no_switch,
         [](const Region& r) {
             return last_switches(r.keyswitch) ? Found(bounds(r.keyswitch.lokey, r.keyswitch.hikey))
                                               : Found();
         }},
    Form{"sw_lolast", "sw_hilast", no_switch,
         [](const Region& r) {
             return last_switches(r.keyswitch);
         }},
    Form{"sw_last", "sw_hikey", other_switch,
         [](const Region& r) {
             const auto last = switches_to_press(r.keyswitch);
             return last ? Found(bounds(last->first, r.keyswitch.hikey)) : Found();
         }},
    Form{"sw_lokey", "sw_last", other_switch,
         [](const Region& r) {
             const auto last = switches_to_press(r.keyswitch);
             return last ? Found(bounds(r.keyswitch.lokey, last->second)) : Found();
         }},
    Form{"xfin_lokey", "xfin_hikey", no_fade_in, begins<&Region::key_fade>},
    Form{"xfout_lokey", "xfout_hikey", no_fade_out, ends<&Region::key_fade>},
    Form{"xfin_lovel", "xfin_hivel", no_fade_in, begins<&Region::velocity_fade>},
    Form{"xfout_lovel", "xfout_hivel", no_fade_out, ends<&Region::velocity_fade>},
};

class Finder
{
    std::vector<EmptyRange> found_;

public:
    void look_at(Found range, const auto& name_of, const Form& form)
    {
        if (!range || found_.size() == most_named)
            return;
        const auto [from, to] = *range;
        if (from > to || (form.top_excluded && from == to))
            found_.push_back({name_of(form.low), from, name_of(form.high), to, form.consequence});
    }

    // Written in 128 steps, or from 0 to 1 by the opcodes of which there are two.
    void look_at_controls(const std::vector<ControlRange>& ranges, const std::string& prefix,
                          const char* consequence)
    {
        const auto is_whole = [](float value) {
            return value == std::floor(value);
        };
        for (const ControlRange& range : ranges) {
            const bool off = range.high == -1;
            if (off || range.low < range.high + 1 || found_.size() == most_named)
                continue;
            const bool fine = !is_whole(range.low) || !is_whole(range.high);
            const auto name = [&](const char* end) {
                return fmt::format("{}{}{}cc{}", prefix, end, fine ? "hd" : "", range.control);
            };
            found_.push_back({name("lo"), fine ? range.low / 127 : range.low, name("hi"),
                              fine ? (range.high + 1 - ControlRange::rounding) / 127 : range.high,
                              consequence});
        }
    }

    std::vector<EmptyRange> take() { return std::move(found_); }
};

} // namespace

std::string to_string(const EmptyRange& range)
{
    return fmt::format("{}={:.6g} is {} {}={:.6g}, so {}", range.low, range.from,
                       range.from > range.to ? "above" : "not below", range.high, range.to,
                       range.consequence);
}

std::vector<EmptyRange> empty_ranges(const Region& region)
{
    Finder finder;
    for (const Form& form : forms)
        finder.look_at(form.of(region), [](const char* name) { return std::string(name); }, form);
    finder.look_at_controls(region.controls, "", "no value of the controller plays this region; swap them");
    finder.look_at_controls(region.start_controls, "on_",
                            "no value of the controller starts this region; swap them");
    constexpr Form in{"xfin_locc", "xfin_hicc", no_fade_in, nullptr};
    constexpr Form out{"xfout_locc", "xfout_hicc", no_fade_out, nullptr};
    for (const ControlCrossfade& fade : region.control_fades) {
        const auto name = [&](const char* prefix) {
            return fmt::format("{}{}", prefix, fade.control);
        };
        finder.look_at(fade_in(fade.fade), name, in);
        finder.look_at(fade_out(fade.fade), name, out);
    }
    return finder.take();
}

} // namespace decant::sampler
