// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A library that is larger than the memory the process may have, none of it in the system's cache, played as
// an audio driver plays: a block when its time has come. Apart, since the limit cannot be raised again.

#include "nodes/sampler/sample-pool.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <sndfile.h>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

constexpr std::uint32_t rate = 48'000;
constexpr std::uint32_t block = 256;
constexpr int files = 80; // more than are open at a time
constexpr int lowest_key = 24;
constexpr std::size_t seconds = 10; // of each
constexpr std::size_t budget = 24 * megabyte;
constexpr std::size_t beside = 32 * megabyte; // what else the process may need

/// A file of the disk, and whether the system has it in memory.
class DiskFile
{
    int file_;

public:
    explicit DiskFile(const std::filesystem::path& path) : file_(open(path.c_str(), O_RDONLY))
    {
        REQUIRE(file_ >= 0);
    }
    DiskFile(const DiskFile&) = delete;
    DiskFile& operator=(const DiskFile&) = delete;
    DiskFile(DiskFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    ~DiskFile()
    {
        if (file_ >= 0)
            close(file_);
    }

    void write_out() const { CHECK(fdatasync(file_) == 0); }
    void drop() const { posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED); }

    /// What of it is in memory, 0 … 1.
    [[nodiscard]] double cached() const
    {
        const auto size = static_cast<std::size_t>(lseek(file_, 0, SEEK_END));
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        std::vector<unsigned char> pages((size + page - 1) / page);
        void* const memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file_, 0);
        REQUIRE(memory != MAP_FAILED);
        CHECK(mincore(memory, size, pages.data()) == 0);
        munmap(memory, size);
        return static_cast<double>(std::count_if(pages.begin(), pages.end(),
                                                 [](unsigned char in) { return (in & 1) != 0; })) /
               static_cast<double>(pages.size());
    }
};

/// Stereo files of noise, one to a key.
class Library
{
    const TemporaryDirectory directory_;
    std::vector<DiskFile> files_;

public:
    std::filesystem::path sfz;
    std::vector<std::int16_t> lowest; ///< samples of the lowest key's file

    Library()
    {
        std::mt19937 random(5);
        std::string text = "<global> ampeg_release=0.2 amp_veltrack=0 volume=-12\n";
        for (int file = 0; file < files; ++file) {
            std::vector<std::int16_t> samples(2 * seconds * rate);
            for (std::int16_t& sample : samples)
                sample = static_cast<std::int16_t>(random() >> 17);
            const auto name = fmt::format("{}.wav", file);
            write(name, samples);
            text += fmt::format("<region> sample={} key={}\n", name, lowest_key + file);
            files_.emplace_back(directory_ / name);
            if (file == 0)
                lowest = std::move(samples);
        }
        for (const DiskFile& file : files_)
            file.write_out();
        sfz = directory_.write("library.sfz", text);
    }

    void drop() const
    {
        for (const DiskFile& file : files_)
            file.drop();
    }

    [[nodiscard]] double cached() const
    {
        double sum = 0;
        for (const DiskFile& file : files_)
            sum += file.cached();
        return sum / files;
    }

    [[nodiscard]] static std::size_t bytes() { return files * seconds * rate * 4; }

private:
    void write(const std::string& name, const std::vector<std::int16_t>& samples) const
    {
        SF_INFO info{};
        info.samplerate = static_cast<int>(rate);
        info.channels = 2;
        info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        SNDFILE* const sound = sf_open((directory_ / name).c_str(), SFM_WRITE, &info);
        REQUIRE(sound != nullptr);
        const auto frames = static_cast<sf_count_t>(samples.size() / 2);
        CHECK(sf_writef_short(sound, samples.data(), frames) == frames);
        sf_close(sound);
    }
};

/// From now on the process gets so much memory of its own, beside what it has. False if it gets more all the
/// same, as from QEMU, which knows limits only by name.
bool limit_memory(std::size_t bytes)
{
    std::ifstream statm("/proc/self/statm");
    std::size_t pages = 0;
    for (int column = 0; column < 6; ++column) // the sixth is data and stacks
        statm >> pages;
    const rlim_t limit = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + bytes;
    const rlimit limits{.rlim_cur = limit, .rlim_max = limit};
    REQUIRE(setrlimit(RLIMIT_DATA, &limits) == 0);
    void* const more = mmap(nullptr, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED)
        return true;
    munmap(more, 2 * bytes);
    return false;
}

/// Renders each block when the one before it has been played, as a sound card asks for them.
class Driver
{
    timespec next_{};

public:
    Player player{{.polyphony = 128}};

    Driver() { player.waits = false; }

    Sound play(std::uint32_t frames, const std::vector<At>& events)
    {
        // From the first block on: time that went into loading is not to be caught up with.
        if (next_.tv_sec == 0)
            clock_gettime(CLOCK_MONOTONIC, &next_);
        Sound sound = player.render(frames, events);
        next_.tv_nsec += static_cast<long>(frames) * 1'000'000'000L / rate;
        next_.tv_sec += next_.tv_nsec / 1'000'000'000;
        next_.tv_nsec %= 1'000'000'000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next_, nullptr);
        return sound;
    }
};

// How far the sound is from the file, in which it begins at its first frame.
float difference(const Sound& sound, std::size_t start, const std::vector<std::int16_t>& samples)
{
    const float gain = centre * std::pow(10.0f, -12.0f / 20);
    float largest = 0;
    for (std::size_t frame = 0; frame < sound.left.size(); ++frame) {
        const auto expected = [&](std::size_t channel) {
            return static_cast<float>(samples[2 * (start + frame) + channel]) / 32768 * gain;
        };
        largest = std::max(
            {largest, std::abs(sound.left[frame] - expected(0)), std::abs(sound.right[frame] - expected(1))});
    }
    return largest;
}

} // namespace

TEST_CASE("a library larger than the memory there is plays from a disk that nothing is cached of")
{
    const Library library;
    SamplePool whole({.stream = false});
    SamplePool pool({.memory = budget});
    Driver driver;
    if (!has_sanitizer && limit_memory(budget + beside)) {
        REQUIRE(Library::bytes() > 2 * (budget + beside));
        const auto problems = load_instrument(library.sfz, whole).problems;
        CHECK(reports(problems, "library.sfz", files + 1, "not enough memory")); // the limit is one
    }
    const std::size_t before = resident_bytes();
    driver.player.sampler.play(load_instrument(library.sfz, pool).instrument);
    library.drop();
    const double cached = library.cached();
    if (cached > 0.05)
        SKIP("the system keeps its cache of what is in " << std::filesystem::temp_directory_path()
                                                         << "; set TMPDIR to a directory on a disk");

    // The first note, while nothing else happens
    float furthest = 0;
    for (std::uint32_t at = 0; at < 2 * rate; at += block)
        furthest = std::max(
            furthest,
            difference(driver.play(block, at == 0 ? std::vector{note_on(0, lowest_key)} : std::vector<At>{}),
                       at, library.lowest));
    CHECK(furthest < 1e-4f);
    CHECK(driver.player.sampler.stats().starved == 0);

    // 40 notes a second, of two seconds each
    std::mt19937 random(1);
    std::size_t most_resident = 0;
    std::size_t most_used = 0;
    std::uint32_t notes = 0;
    std::vector<int> keys;
    for (std::uint32_t at = 0; at < 10 * rate; at += block) {
        std::vector<At> events;
        if (at / (rate / 40) != (at + block) / (rate / 40)) {
            keys.push_back(lowest_key + static_cast<int>(random() % files));
            events.push_back(note_on(0, keys.back()));
            if (keys.size() > 80)
                events.push_back(note_off(10, keys[keys.size() - 81]));
            ++notes;
        }
        static_cast<void>(driver.play(block, events));
        if (at / rate != (at + block) / rate)
            library.drop();
        most_resident = std::max(most_resident, resident_bytes());
        most_used = std::max(most_used, pool.desk().memory_used());
    }
    const SamplerStats stats = driver.player.sampler.stats();
    std::printf(
        "%zu MB in files, %.1f %% of it cached, %zu MB of budget: %zu MB used, process grown by %zu MB, "
        "%u notes, up to %u at a time, %llu starved\n",
        Library::bytes() / megabyte, cached * 100, budget / megabyte, most_used / megabyte,
        (most_resident - before) / megabyte, notes, stats.peak_voices,
        static_cast<unsigned long long>(stats.starved));
    CHECK(most_used <= budget);
    CHECK((has_sanitizer || most_resident < before + budget + 8 * megabyte));
    CHECK(stats.peak_voices > 40);
    CHECK(stats.starved <= notes / 100);
}
