// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is set of a sampler while it plays, beside MIDI.

#include "tests/nodes/sampler/sine-fit.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <string>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

// Two seconds of a tone of 440 Hz on every key, at its own pitch on key 69.
std::filesystem::path tone(const TemporaryDirectory& directory, const std::string& opcodes = {})
{
    directory.write("a.wav", wav(sine(440, rate, 2 * rate), {.rate = rate, .bits = 32}));
    return instrument(directory, "<region> sample=a.wav pitch_keycenter=69 amp_veltrack=0 " + opcodes);
}

double pitch(Player& player, const std::vector<At>& events = {})
{
    return frequency_of(player.render(12'000, events).left, rate);
}

} // namespace

TEST_CASE("the tuning moves the pitch of everything, also of notes that sound")
{
    const TemporaryDirectory directory;
    Player player(tone(directory), {.quality = Quality::sinc16});
    CHECK(pitch(player, {note_on(0, 69)}) == Approx(440).epsilon(1e-4));
    player.sampler.set_tuning(100);
    CHECK(pitch(player) == Approx(440 * std::exp2(1.0 / 12)).epsilon(1e-3));
    player.sampler.set_tuning(-50);
    CHECK(pitch(player) == Approx(440 * std::exp2(-0.5 / 12)).epsilon(1e-3));
    player.sampler.set_tuning(std::numeric_limits<float>::quiet_NaN());
    CHECK(pitch(player) == Approx(440).epsilon(1e-3));
}

TEST_CASE("a transposition plays the regions of other keys, and a note ends with the key that began it")
{
    const TemporaryDirectory directory;
    Player player(tone(directory, "lokey=70 hikey=90"));
    player.sampler.set_transposition(2);
    CHECK(is_zero(player.render(1000, {note_on(0, 67), note_off(900, 67)}).left));
    CHECK(pitch(player, {note_on(0, 69)}) == Approx(440 * std::exp2(2.0 / 12)).epsilon(1e-3));
    player.sampler.set_transposition(0);
    CHECK(peak(player.render(1000).left) > 0.1f);
    static_cast<void>(player.render(1000, {note_off(0, 69)}));
    CHECK(is_zero(player.render(1000).left));
    // What is moved off the keyboard is not played, and does no harm.
    player.sampler.set_transposition(100);
    CHECK(is_zero(player.render(1000, {note_on(0, 69), note_off(500, 69)}).left));
}

TEST_CASE("keys that only switch stay where they are when all others are transposed")
{
    const TemporaryDirectory directory;
    Player player(tone(directory, "lokey=48 sw_lokey=24 sw_hikey=25 sw_last=25 sw_default=24"));
    player.sampler.set_transposition(12);
    CHECK(is_zero(player.render(1000, {note_on(0, 69)}).left));
    CHECK(peak(player.render(1000, {note_on(0, 25), note_off(10, 25), note_on(20, 69)}).left) > 0.1f);
}

TEST_CASE("a polyphony that is lowered fades out the quietest and steals from then on")
{
    const TemporaryDirectory directory;
    Player player(tone(directory), {.polyphony = 8});
    static_cast<void>(player.render(
        1000, {note_on(0, 60), note_on(0, 62), note_on(0, 64), note_on(0, 66), note_on(0, 68)}));
    CHECK(player.sampler.stats().active_voices == 5);
    player.sampler.set_polyphony(2);
    const Sound fading = player.render(2000);
    CHECK(largest_step(fading.left) < 0.2f);
    CHECK(player.sampler.stats().active_voices == 2);
    static_cast<void>(player.render(1000, {note_on(0, 70)}));
    CHECK(player.sampler.stats().active_voices == 2);
    player.sampler.set_polyphony(1000); // as many as there are
    static_cast<void>(player.render(1000, {note_on(0, 71), note_on(0, 72), note_on(0, 73)}));
    CHECK(player.sampler.stats().active_voices == 5);
}

TEST_CASE("a controller that is set holds on all channels, and an instrument that begins leaves it so")
{
    const TemporaryDirectory directory;
    const auto file = directory / "controlled.sfz";
    static_cast<void>(tone(directory));
    directory.write("controlled.sfz", "<control> set_cc20=127 label_cc20=Loudness\n"
                                      "<region> sample=a.wav amp_veltrack=0 amplitude_oncc20=100\n");
    Player player(file);
    const auto heard = [&] {
        return peak(player.render(6000, {note_on(0, 60), {.frame = 0, .bytes = {0x95, 64, 127}}}).left);
    };
    CHECK(heard() > 0.5f);
    CHECK(player.sampler.control(20) == 1);

    player.sampler.set_control(20, 0);
    static_cast<void>(player.render(2000));
    CHECK(heard() == 0);
    player.sampler.play(load_instrument(file).instrument);
    CHECK(heard() == 0);
    CHECK(player.sampler.control(20) == 0);
    player.sampler.set_control(20, 1);
    static_cast<void>(player.render(2000));
    CHECK(heard() > 0.5f);
    player.sampler.set_control(100'000, 1); // there is none: it is left alone
}

TEST_CASE("a controller that arrives over MIDI is shown")
{
    const TemporaryDirectory directory;
    Player player(tone(directory));
    CHECK(player.sampler.control(7) == 1);
    static_cast<void>(player.render(100, {control(0, 7, 64), {.frame = 50, .bytes = {0xb3, 74, 127}}}));
    CHECK(player.sampler.control(7) == Approx(64.0 / 127));
    CHECK(player.sampler.control(74) == 1);
    CHECK_FALSE(player.sampler.keeps_control(7));
    // It wins over what was set before.
    player.sampler.set_control(7, 0.25f);
    static_cast<void>(player.render(100, {control(50, 7, 127)}));
    CHECK(player.sampler.control(7) == 1);
}

TEST_CASE("a controller that is set starts what it starts once, not on every channel")
{
    const TemporaryDirectory directory;
    Player player(tone(directory, "hikey=-1 on_locc20=64 on_hicc20=127"));
    player.sampler.set_control(20, 1);
    static_cast<void>(player.render(1000));
    CHECK(player.sampler.stats().active_voices == 1);
}

TEST_CASE("an instrument knows the controllers that it uses, and the directories of its files")
{
    const TemporaryDirectory directory;
    directory.write("samples/deep/a.wav", wav(constant(0.5f, 100)));
    directory.write("parts/more.txt", "<region> sample=samples/deep/a.wav locc30=5 xfin_hicc31=9\n");
    const auto file = directory.write(
        "a.sfz", "<control> set_cc32=4 label_cc33=Air\n#include \"parts/more.txt\"\n"
                 "<region> sample=samples/gone/b.wav cutoff=500 cutoff_oncc34=100\n"
                 "<region> sample=samples/deep/a.wav on_hicc35=3 cutoff=500 cutoff_oncc36=100\n");
    const auto loaded = load_instrument(file);
    const auto used = loaded.instrument->used_controls();
    for (const unsigned control : {30U, 31U, 32U, 33U, 35U, 36U})
        CHECK(used[control]);
    CHECK_FALSE(used[1]);
    const std::set<std::filesystem::path> wanted{directory / ".", directory / "parts",
                                                 directory / "samples/deep", directory / "samples"};
    for (const auto& path : wanted) {
        INFO(path);
        CHECK(std::any_of(loaded.directories.begin(), loaded.directories.end(),
                          [&](const auto& each) { return std::filesystem::equivalent(each, path); }));
    }
}
