// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/sound-file.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace decant::cli;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

constexpr std::array<float, 6> samples{0.0F, -0.5F, 1.0F / 3, 0.25F, 1.5F, -1e-30F};

void write_sound(const fs::path& path)
{
    SoundWriter writer(path, 48000, 2);
    writer.write(samples);
    writer.finish();
}

std::vector<float> content_of(const fs::path& path)
{
    SoundReader reader(path);
    std::vector<float> result(reader.frames() * reader.channels());
    reader.read(result);
    return result;
}

} // namespace

TEST_CASE("a WAV holds every float as it is, and the same content gives the same file")
{
    const TemporaryDirectory directory;
    write_sound(directory.path() / "a.wav");
    write_sound(directory.path() / "b.wav");

    CHECK(content_of(directory.path() / "a.wav") == std::vector<float>(samples.begin(), samples.end()));
    std::ifstream a(directory.path() / "a.wav", std::ios::binary);
    std::ifstream b(directory.path() / "b.wav", std::ios::binary);
    CHECK(std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b), {}));
}

TEST_CASE("behind the end of a sound there is silence")
{
    const TemporaryDirectory directory;
    write_sound(directory.path() / "a.wav");
    SoundReader reader(directory.path() / "a.wav");
    std::vector<float> block(10, 7.0F);
    reader.read(block);
    CHECK(std::vector<float>(block.begin() + 6, block.end()) == std::vector<float>(4, 0.0F));
}

TEST_CASE("a sound that is not finished leaves nothing behind, and an old one in place")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "song.wav";
    std::ofstream(file) << "old";
    {
        SoundWriter writer(file, 48000, 2);
        writer.write(samples);
    }
    CHECK(fs::file_size(file) == 3);
    CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("what is killed while it writes leaves nothing behind, where files need no name")
{
    const TemporaryDirectory directory;
    const int unnamed = open(directory.path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed < 0)
        SKIP("the file system of " << directory.path() << " has no files without names");
    close(unnamed);

    const pid_t child = fork();
    if (child == 0) {
        SoundWriter writer(directory.path() / "song.wav", 48000, 2);
        writer.write(samples);
        ::kill(getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("what an earlier one left behind is in nobody's way")
{
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "song.wav.part") << "half";

    write_sound(directory.path() / "song.wav");

    CHECK(content_of(directory.path() / "song.wav").size() == samples.size());
    CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("a directory that is not there is named")
{
    const TemporaryDirectory directory;
    CHECK_THROWS_WITH(SoundWriter(directory.path() / "songs/a.wav", 48000, 2),
                      ContainsSubstring("songs/a.wav: No such file or directory"));
}

TEST_CASE("what is no file is never replaced by one")
{
    const TemporaryDirectory directory;
    const auto pipe = directory.path() / "pipe.wav"; // stands for any device
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    const auto link = directory.path() / "link.wav";
    fs::create_symlink(pipe, link);
    fs::create_directory(directory.path() / "directory.wav");

    for (const auto* name : {"pipe.wav", "link.wav", "directory.wav"})
        CHECK_THROWS_WITH(SoundWriter(directory.path() / name, 48000, 2), ContainsSubstring("it is no file"));
    CHECK(fs::is_fifo(pipe));
    CHECK(fs::is_symlink(link));
}

TEST_CASE("a link to a file stays a link, and the file is written")
{
    const TemporaryDirectory directory;
    fs::create_directory(directory.path() / "songs");
    std::ofstream(directory.path() / "songs/real.wav") << "old";
    fs::create_symlink("songs/real.wav", directory.path() / "link.wav");

    write_sound(directory.path() / "link.wav");

    CHECK(fs::is_symlink(directory.path() / "link.wav"));
    CHECK(content_of(directory.path() / "songs/real.wav").size() == samples.size());
}

TEST_CASE("FLAC takes eight channels and says so of more")
{
    const TemporaryDirectory directory;
    CHECK_NOTHROW(SoundWriter(directory.path() / "a.flac", 48000, 8));
    CHECK_THROWS_WITH(SoundWriter(directory.path() / "a.flac", 48000, 9), ContainsSubstring(".wav"));
    CHECK_NOTHROW(SoundWriter(directory.path() / "a.wav", 48000, 64));
}

TEST_CASE("a name that is no WAV's and no FLAC's is refused, with the two that there are")
{
    const TemporaryDirectory directory;
    for (const auto* name : {"song.mp3", "song", ""})
        CHECK_THROWS_WITH(SoundWriter(*name != '\0' ? directory.path() / name : fs::path(), 48000, 2),
                          ContainsSubstring("a name that ends in .wav or .flac"));
    CHECK_NOTHROW(SoundWriter(directory.path() / "Song.WAV", 48000, 2));
    CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a link to a sound that is not there yet leads to it")
{
    const TemporaryDirectory directory;
    fs::create_directory(directory.path() / "disk");
    fs::create_symlink("disk/second", directory.path() / "first.wav");
    fs::create_symlink("song.wav", directory.path() / "disk/second");

    write_sound(directory.path() / "first.wav");

    CHECK(fs::is_symlink(directory.path() / "first.wav"));
    CHECK(fs::is_symlink(directory.path() / "disk/second"));
    CHECK(content_of(directory.path() / "disk/song.wav").size() == samples.size());
}

TEST_CASE("a link that leads nowhere is told, and stays")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "song.wav";
    fs::create_symlink(directory.path() / "gone/song.wav", file);
    CHECK_THROWS_WITH(SoundWriter(file, 48000, 2),
                      ContainsSubstring("gone/song.wav: No such file or directory"));
    CHECK(fs::is_symlink(file));

    fs::remove(file);
    fs::create_symlink("song.wav", file);
    CHECK_THROWS_WITH(SoundWriter(file, 48000, 2), ContainsSubstring("a link that leads nowhere"));
    CHECK(fs::is_symlink(file));
}

TEST_CASE("samples that are no numbers are read as silence, and counted")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "broken.wav";
    SoundWriter writer(file, 48000, 1);
    writer.write(std::array{0.5F, std::numeric_limits<float>::quiet_NaN(), -0.25F,
                            -std::numeric_limits<float>::infinity()});
    writer.finish();

    SoundReader reader(file);
    std::vector<float> content(4);
    reader.read(content);

    CHECK(content == std::vector<float>{0.5F, 0.0F, -0.25F, 0.0F});
    CHECK(reader.repaired() == 2);
}

TEST_CASE("of a sound that cannot be read is said what to do")
{
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "text.wav") << "no sound";

    CHECK_THROWS_WITH(SoundReader(directory.path() / "missing.wav"), ContainsSubstring("check the path"));
    CHECK_THROWS_WITH(SoundReader(directory.path()), ContainsSubstring("give a sound file in it"));
    CHECK_THROWS_WITH(SoundReader(directory.path() / "text.wav"), ContainsSubstring("Convert it to WAV"));
}
