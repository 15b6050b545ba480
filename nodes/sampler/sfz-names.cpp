// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sfz-names.hpp"

#include "nodes/nearest-word.hpp"
#include "nodes/sampler/opcode-table.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace decant::sampler
{
namespace
{

constexpr std::array remarks{
    std::string_view("global_label"), std::string_view("master_label"), std::string_view("group_label"),
    std::string_view("region_label"), std::string_view("sw_label"),     std::string_view("label_key"),
    std::string_view("label_output"), std::string_view("label_cc"),     std::string_view("hint_"),
    std::string_view("image"),        std::string_view("name"),         std::string_view("md5"),
    std::string_view("load_mode"),    std::string_view("load_start"),   std::string_view("load_end"),
};

constexpr std::array key_opcodes{
    std::string_view("key"),         std::string_view("lokey"),
    std::string_view("hikey"),       std::string_view("pitch_keycenter"),
    std::string_view("sw_lokey"),    std::string_view("sw_hikey"),
    std::string_view("sw_last"),     std::string_view("sw_lolast"),
    std::string_view("sw_hilast"),   std::string_view("sw_down"),
    std::string_view("sw_up"),       std::string_view("sw_previous"),
    std::string_view("sw_default"),  std::string_view("xfin_lokey"),
    std::string_view("xfin_hikey"),  std::string_view("xfout_lokey"),
    std::string_view("xfout_hikey"),
};

// How the opcodes of SFZ begin that are not supported. Whoever writes one has made no slip.
constexpr std::array other_opcodes{
    std::string_view("ampeg_decay_zero"),
    std::string_view("ampeg_release_zero"),
    std::string_view("apan_"),
    std::string_view("bend_smooth"),
    std::string_view("bitred"),
    std::string_view("bus"),
    std::string_view("bypass_"),
    std::string_view("comp_"),
    std::string_view("count"),
    std::string_view("decim"),
    std::string_view("delay_"),
    std::string_view("direction"),
    std::string_view("directtomain"),
    std::string_view("disto_"),
    std::string_view("dsp_order"),
    std::string_view("effect"),
    std::string_view("eg"),
    std::string_view("fx"),
    std::string_view("gate_"),
    std::string_view("internal"),
    std::string_view("lfo"),
    std::string_view("loop_"),
    std::string_view("lotimer"),
    std::string_view("hitimer"),
    std::string_view("noise_"),
    std::string_view("off_curve"),
    std::string_view("offset_mode"),
    std::string_view("oscillator"),
    std::string_view("param_offset"),
    std::string_view("phaser_"),
    std::string_view("polyphony_stealing"),
    std::string_view("position_"),
    std::string_view("resonance_random"),
    std::string_view("resonance2_random"),
    std::string_view("reverb_"),
    std::string_view("reverse_"),
    std::string_view("rt_decay"),
    std::string_view("sample_"),
    std::string_view("script"),
    std::string_view("static_"),
    std::string_view("stop_"),
    std::string_view("strings_"),
    std::string_view("sync_"),
    std::string_view("tdfir_"),
    std::string_view("type"),
    std::string_view("var"),
    std::string_view("vendor_specific"),
    std::string_view("waveguide"),
};

template <std::size_t n>
bool begins_with_any(std::string_view text, const std::array<std::string_view, n>& beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

std::string_view nearest_header(std::string_view header)
{
    constexpr std::array<std::string_view, 6> known{"<control>", "<curve>",  "<global>",
                                                    "<group>",   "<master>", "<region>"};
    constexpr std::array<std::string_view, 3> others{"<effect>", "<midi>", "<sample>"};
    const bool of_sfz = std::find(others.begin(), others.end(), header) != others.end();
    return of_sfz ? std::string_view() : nearest_word(header, known);
}

} // namespace

bool is_remark(std::string_view opcode)
{
    return begins_with_any(opcode, remarks);
}

bool is_key_opcode(std::string_view opcode)
{
    return std::find(key_opcodes.begin(), key_opcodes.end(), opcode) != key_opcodes.end();
}

std::string_view nearest_opcode(std::string_view opcode)
{
    static const auto names = [] {
        std::vector<std::string_view> all{"sample", "default_path", "note_offset", "octave_offset"};
        for (const auto& entry : opcode_table())
            all.push_back(entry.first);
        std::sort(all.begin(), all.end());
        return all;
    }();
    if (opcode.starts_with('<'))
        return nearest_header(opcode);
    if (begins_with_any(opcode, other_opcodes))
        return {};
    return nearest_word(opcode, names);
}

} // namespace decant::sampler
