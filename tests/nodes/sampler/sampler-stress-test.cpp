// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"
#include "tests/nodes/sampler/random-events.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace
{

// Counts what the calling thread takes from and gives back to the heap while it is in process().
thread_local bool in_process = false;
std::atomic<int> heap_uses = 0;

void count_heap_use() noexcept
{
    if (in_process)
        ++heap_uses;
}

} // namespace

// GCC 14 inlines these where it sees one of a pair only, and warns of the other.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    count_heap_use();
    if (void* memory = std::malloc(size == 0 ? 1 : size))
        return memory;
    throw std::bad_alloc();
}

[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment)
{
    count_heap_use();
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align))
        return memory;
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    count_heap_use();
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    count_heap_use();
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept
{
    count_heap_use();
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    count_heap_use();
    std::free(memory);
}

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

// Renders one block with the given events; true if every sample of it is a finite number.
bool render(Sampler& sampler, std::uint32_t frames, std::uint32_t rate, const std::vector<At>& events)
{
    static thread_local std::vector<float> left(8192);
    static thread_local std::vector<float> right(8192);
    static thread_local std::vector<float> extra(8192);
    const std::array<float*, 3> outputs = {left.data(), right.data(), extra.data()};
    std::vector<decant::nodes::MidiEvent> midi;
    for (const At& event : events)
        midi.push_back({.frame = event.frame, .bytes = event.bytes, .midi2 = event.midi2});
    const decant::nodes::Cycle cycle{.frames = frames,
                                     .rate = rate,
                                     .start_nsec = 0,
                                     .deadline_nsec = 0,
                                     .freewheel = true,
                                     .transport = {},
                                     .inputs = {},
                                     .outputs = outputs,
                                     .midi_in = midi,
                                     .midi_out = nullptr};
    in_process = true;
    sampler.process(cycle);
    in_process = false;
    for (std::uint32_t frame = 0; frame < frames; ++frame)
        if (!std::isfinite(left[frame]) || !std::isfinite(right[frame]) || extra[frame] != 0)
            return false;
    return true;
}

// Absurd in every opcode; each value is one that the loader lets through.
const char* const absurd_regions[] = {
    "sample=a.wav",
    "sample=a.wav loop_mode=loop_continuous loop_start=0 loop_end=0 transpose=127 tune=9600",
    "sample=a.wav loop_mode=loop_sustain loop_start=999 loop_end=999 transpose=127 pitch_keytrack=1200",
    "sample=a.wav loop_mode=loop_continuous loop_start=3 loop_end=5 pitch_keytrack=-1200 transpose=-127",
    "sample=a.wav loop_mode=loop_continuous loop_start=1 loop_end=800 offset=990 transpose=90",
    "sample=a.wav volume=48 amplitude=10000 group_volume=48 master_volume=48 global_volume=48",
    "sample=a.wav volume=-144 pan=-100 amp_veltrack=-100",
    "sample=a.wav ampeg_delay=100 ampeg_attack=100 ampeg_hold=100 ampeg_decay=100 ampeg_sustain=0 "
    "ampeg_release=100",
    "sample=a.wav ampeg_attack=0 ampeg_sustain=0 ampeg_release=0",
    "sample=a.wav ampeg_start=100 ampeg_attack=0.0000001 ampeg_decay=0.0000001 loop_mode=one_shot",
    "sample=stereo.wav loop_mode=loop_continuous bend_up=9600 bend_down=-9600 group=1 off_by=1 "
    "off_mode=normal",
    "sample=stereo.wav offset=998 end=998 trigger=release",
    "sample=stereo.wav end=0 seq_length=100 seq_position=2 group=-2147483648 off_by=-2147483648 "
    "off_mode=time off_time=0",
    "sample=stereo.wav trigger=legato lokey=127 hikey=0",
    "sample=stereo.wav fil_type=pink fil2_type=comb cutoff2=0 resonance2=96 lfo1_beats=0.000001 "
    "lfo1_pitch=12000 "
    "var1_oncc1=1000 var1_mod=mult var1_volume=144 var1_cutoff2=12000 pan_law=balance",
    "sample=a.wav eg1_time0=0 eg1_level0=100 eg1_time1=0 eg1_level1=-100 eg1_sustain=1 eg1_loop=0 "
    "eg1_pitch=12000 delay_beats=100 sync_beats=32",
    "sample=stereo.wav trigger=first lorand=1 hirand=0 lovel=127 hivel=0",
};

std::shared_ptr<const Instrument> absurd_instrument(const TemporaryDirectory& directory)
{
    directory.write("a.wav", wav(sine(441, 44'100, 1000), {.rate = 44'100}));
    directory.write("stereo.wav",
                    wav(sine(441, 44'100, 2000), {.rate = 1'536'000, .channels = 2, .bits = 32}));
    std::string sfz;
    for (const char* const region : absurd_regions)
        sfz += std::string("<region> ") + region + "\n";
    return load_instrument(directory.write("absurd.sfz", sfz)).instrument;
}

} // namespace

TEST_CASE("an absurd instrument under random events, rates and blocks stays finite and off the heap")
{
    const TemporaryDirectory directory;
    const auto instrument = absurd_instrument(directory);
    Sampler sampler({.polyphony = 48});
    std::mt19937 random(1);
    bool finite = true;
    heap_uses = 0;
    for (int block = 0; block < 3000; ++block) {
        if (block % 50 == 0)
            sampler.play(instrument);
        if (block % 7 == 0)
            sampler.collect();
        constexpr std::uint32_t rates[] = {48'000, 44'100, 192'000, 8000, 1, 768'000, 0, 0xffffffff};
        const std::uint32_t frames = random() % 10 == 0 ? 1 + random() % 8192 : 1 + random() % 300;
        const std::uint32_t rate = random() % 4 == 0 ? rates[random() % std::size(rates)] : 48'000;
        finite = finite && render(sampler, frames, rate, random_events(random, frames));
    }
    CHECK(finite);
    CHECK(heap_uses == 0);
    CHECK(sampler.stats().steals > 0);
}

TEST_CASE("the heap is never used while instruments are exchanged, notes stolen and queued events played")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 44'100, 44'100), {.rate = 44'100}));
    const auto a = load_instrument(directory / "a.wav").instrument;
    Sampler sampler({.polyphony = 16});
    heap_uses = 0;
    for (unsigned block = 0; block < 500; ++block) {
        if (block % 3 == 0)
            sampler.play(a);
        sampler.note_on(0, block % 128, 100);
        sampler.note_off(0, (block + 100) % 128);
        render(sampler, 128, 48'000,
               {note_on(5, static_cast<int>(block % 60)), note_on(5, 70), note_off(90, 70)});
    }
    CHECK(heap_uses == 0);
    CHECK(sampler.stats().frames == 500 * 128);
}

TEST_CASE("one thread plays, one sends notes, one exchanges instruments and reads the statistics")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 44'100, 4410), {.rate = 44'100}));
    SamplePool pool;
    Sampler sampler({.polyphony = 32, .queue_length = 64});
    std::atomic<bool> stop = false;
    std::atomic<bool> finite = true;
    std::thread audio([&] {
        while (!stop)
            finite = finite && render(sampler, 64, 48'000, {note_on(3, 40), note_off(60, 40)});
    });
    std::thread player([&] {
        for (unsigned note = 0; !stop; ++note) {
            sampler.note_on(0, note % 128, 100);
            sampler.note_off(0, (note + 64) % 128);
            std::this_thread::yield();
        }
    });
    for (int exchange = 0; exchange < 300; ++exchange) {
        const std::uint64_t before = sampler.stats().frames;
        sampler.play(load_instrument(directory / "a.wav", pool).instrument);
        while (sampler.stats().frames == before)
            std::this_thread::yield();
    }
    stop = true;
    audio.join();
    player.join();
    CHECK(finite);
    CHECK(sampler.stats().peak_voices <= 32);
}
