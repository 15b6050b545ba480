// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What fuzz-sfz does for as long as there is time, for a moment: instruments of opcodes by chance, damaged,
// loaded and played.

#include "nodes/sampler/opcode-table.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

class Writer
{
    std::mt19937 random_;
    std::vector<std::string> opcodes_{
        "amplitude_oncc1",  "volume_oncc7",       "pan_oncc10",      "tune_oncc20",    "tune_smoothcc20",
        "cutoff_oncc74",    "cutoff_curvecc74",   "cutoff_stepcc74", "width_oncc2",    "lfo1_freq",
        "lfo1_pitch",       "lfo1_cutoff",        "lfo1_wave",       "lfo1_volume",    "lfo1_freq_oncc1",
        "lfo1_steps",       "lfo1_step1",         "lfo2_freq",       "lfo2_freq_lfo1", "lfo2_amplitude",
        "eg1_time0",        "eg1_level0",         "eg1_time1",       "eg1_level1",     "eg1_shape1",
        "eg1_sustain",      "eg1_pitch",          "eg1_ampeg",       "eg1_cutoff",     "eg1_amplitude",
        "fileg_depth",      "fileg_attack",       "fileg_sustain",   "pitcheg_depth",  "pitcheg_decay",
        "ampeg_vel2attack", "ampeg_attack_oncc1", "amplfo_freq",     "amplfo_depth",   "pitchlfo_freq",
        "pitchlfo_depth",   "eq1_gain",           "eq2_freq",        "eq3_bw",         "eq1_gain_oncc1",
        "amp_velcurve_64",  "xfin_locc1",         "xfin_hicc1",      "locc1",          "hicc1",
        "on_locc1",         "on_hicc1",           "delay_oncc1",     "offset_oncc1",   "amp_veltrack_oncc1",
        "var1_oncc1",       "var1_oncc20",        "var1_mod",        "var1_cutoff",    "var1_pitch_oncc7",
        "var1_amplitude",   "lfo1_beats",         "delay_beats",     "eg1_loop",       "eg1_loop_count",
        "egg1_time0",       "lfo999_freq",        "cutoff_oncc9999", "eg1_time99",     "lfo1_wave9",
    };
    std::vector<std::string> words_{"on",
                                    "off",
                                    "one_shot",
                                    "loop_continuous",
                                    "loop_sustain",
                                    "release",
                                    "legato",
                                    "lpf_4p",
                                    "hsh",
                                    "peq",
                                    "pink",
                                    "comb",
                                    "mult",
                                    "balance",
                                    "power",
                                    "normal",
                                    "c4",
                                    "sample",
                                    "invert",
                                    "a.wav",
                                    "",
                                    "nan"};

public:
    explicit Writer(unsigned seed) : random_(seed)
    {
        for (const auto& entry : opcode_table())
            opcodes_.emplace_back(entry.first);
        std::sort(opcodes_.begin(), opcodes_.end()); // the table has no order of its own
    }

    unsigned below(std::size_t count) { return static_cast<unsigned>(random_() % count); }

    std::string value()
    {
        switch (below(6)) {
        case 0:
            return words_[below(words_.size())];
        case 1:
            return std::to_string(static_cast<int>(random_()));
        case 2:
            return std::to_string(static_cast<double>(below(2000)) / 1000 - 1);
        default:
            return std::to_string(below(130));
        }
    }

    std::string text()
    {
        std::string text;
        const unsigned headers = 1 + below(8);
        for (unsigned header = 0; header < headers; ++header) {
            static const std::vector<std::string> names{
                "<region> sample=a.wav ", "<region> sample=b.wav ", "<group> ", "<global> ",
                "<control> set_cc1=50 ",  "<curve> v000=1 "};
            text += names[below(names.size())];
            const unsigned count = below(12);
            for (unsigned opcode = 0; opcode < count; ++opcode)
                text += opcodes_[below(opcodes_.size())] + "=" + value() + (below(4) == 0 ? "\n" : " ");
        }
        text += "\n<region> sample=b.wav\n";
        if (below(3) == 0) // damaged
            for (unsigned byte = 0; byte < 4; ++byte)
                text[below(text.size())] = static_cast<char>(below(256));
        return text;
    }

    std::vector<At> events()
    {
        std::vector<At> events;
        for (std::uint32_t frame = 0; frame < 4000; frame += 1 + below(200)) {
            const auto data = [&] {
                return static_cast<std::uint8_t>(below(128));
            };
            constexpr std::array<std::uint8_t, 9> kinds{0x90, 0x90, 0x90, 0x80, 0xb0, 0xb0, 0xe0, 0xd0, 0xa0};
            const std::uint8_t kind = kinds[below(kinds.size())];
            const std::uint8_t first =
                kind == 0xb0 ? static_cast<std::uint8_t>(below(3) == 0 ? 64 : 1) : data();
            events.push_back({.frame = frame, .bytes = {kind, first, data()}});
        }
        return events;
    }
};

} // namespace

TEST_CASE("instruments of opcodes by chance load, play and end, and are never heard as what is no number")
{
    const TemporaryDirectory directory;
    const SamplerChunk smpl{.root = 60, .loop_start = 100, .loop_end = 900};
    directory.write("a.wav", wav(sine(441, 44'100, 1000), {.rate = 44'100, .smpl = &smpl}));
    directory.write("b.wav", wav(sine(441, 44'100, 4000), {.rate = 44'100, .channels = 2, .bits = 24}));
    for (unsigned seed = 0; seed < 300; ++seed) {
        Writer writer(seed);
        const std::string text = writer.text();
        INFO("seed " << seed << ":\n" << text);
        try {
            const auto loaded = load_instrument(directory.write("a.sfz", text));
            for (const Unsupported& unsupported : loaded.unsupported)
                static_cast<void>(to_string(unsupported));
            Player player({.polyphony = 24});
            player.block = 1 + writer.below(300);
            player.sampler.play(loaded.instrument);
            auto sound = player.render(4000, writer.events());
            const auto is_number = [](float sample) {
                return std::isfinite(sample);
            };
            CHECK(std::all_of(sound.left.begin(), sound.left.end(), is_number));
            CHECK(std::all_of(sound.right.begin(), sound.right.end(), is_number));
            static_cast<void>(player.render(2000, {At{.frame = 0, .bytes = {0xb0, 120, 0}}}));
            CHECK(player.sampler.stats().active_voices == 0);
        } catch (const std::runtime_error&) {
            // Damaged beyond playing.
        }
    }
}
