// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/state-file.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <random>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace decant::service;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

SavedState state_of(std::string_view text)
{
    SavedState state{"vst2:DcSy", {}};
    for (const char letter : text)
        state.bytes.push_back(static_cast<std::byte>(letter));
    return state;
}

std::string text_in(const StateReading& reading)
{
    std::string text;
    if (reading.state)
        for (const std::byte byte : reading.state->bytes)
            text.push_back(static_cast<char>(byte));
    return text;
}

std::string content_of(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void replace_content(const fs::path& file, const std::string& content)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

} // namespace

TEST_CASE("a state that was written is read again")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "deep/down/bass.state";
    CHECK_FALSE(read_state_file(file).state);

    write_state_file(file, state_of("cutoff"));

    const auto reading = read_state_file(file);
    CHECK(text_in(reading) == "cutoff");
    CHECK(reading.state->plugin == "vst2:DcSy");
    CHECK(reading.problems.empty());
}

TEST_CASE(
    "a state is kept with what the configuration said then, and one of before that could be is read, too")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    auto state = state_of("cutoff");
    write_state_file(file, state);
    CHECK(read_state_file(file).state.value().configured.empty());
    const auto plain_size = fs::file_size(file);
    state.configured = {{"Cutoff", 0.25}, {"Filter Type", 3}};
    write_state_file(file, state);

    CHECK(read_state_file(file).state.value().configured == state.configured);
    CHECK(text_in(read_state_file(file)) == "cutoff");
    CHECK(fs::file_size(file) == plain_size + 4 + (4 + 6 + 8) + (4 + 11 + 8));
    fs::resize_file(file, fs::file_size(file) - 1);
    CHECK(read_state_file(file).problems.size() == 1);
}

TEST_CASE("values that were set after the state was taken are kept with it, and a file cut there is damaged")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    auto state = state_of("cutoff");
    state.values = {{0, 0.25}, {7, -3}};
    SECTION("with what the configuration had")
    {
        state.configured = {{"Cutoff", 0.5}};
    }
    SECTION("without a configuration") {}
    write_state_file(file, state);

    const auto read = read_state_file(file).state.value();
    CHECK(read.values == state.values);
    CHECK(read.configured == state.configured);
    CHECK(text_in(read_state_file(file)) == "cutoff");
    fs::resize_file(file, fs::file_size(file) - 1);
    CHECK(read_state_file(file).problems.size() == 1);
}

TEST_CASE("the state before stays beside the new one, and the same state twice does not push it out")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("first"));
    write_state_file(file, state_of("second"));
    write_state_file(file, state_of("second"));

    CHECK(text_in(read_state_file(file)) == "second");
    CHECK(text_in(read_state_file(fs::path(file) += ".bak")) == "first");
}

TEST_CASE("a damaged state is set aside and the one before is used")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("first"));
    write_state_file(file, state_of("second"));
    replace_content(file, "something else");

    const auto reading = read_state_file(file);

    CHECK(text_in(reading) == "first");
    REQUIRE(reading.problems.size() == 1);
    CHECK_THAT(reading.problems[0], Catch::Matchers::ContainsSubstring("bass.state.aside-1"));
    CHECK(content_of(directory.path() / "bass.state.aside-1") == "something else");
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("two damaged states are both kept")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    replace_content(file, "damaged");
    replace_content(fs::path(file) += ".bak", "damaged too");

    const auto reading = read_state_file(file);

    CHECK_FALSE(reading.state);
    CHECK(reading.problems.size() == 2);
    CHECK(content_of(directory.path() / "bass.state.aside-1") == "damaged");
    CHECK(content_of(directory.path() / "bass.state.bak.aside-1") == "damaged too");
}

TEST_CASE("of many states that were set aside the last few are kept")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    for (int i = 1; i <= 12; ++i) {
        replace_content(file, "state " + std::to_string(i));
        CHECK(set_state_aside(file).filename() == "bass.state.aside-" + std::to_string(i));
    }
    replace_content(directory.path() / "bass.state.aside-mine", "a name of the user's own");

    CHECK_FALSE(fs::exists(directory.path() / "bass.state.aside-7"));
    for (int i = 8; i <= 12; ++i)
        CHECK(content_of(directory.path() / ("bass.state.aside-" + std::to_string(i))) ==
              "state " + std::to_string(i));
    CHECK(fs::exists(directory.path() / "bass.state.aside-mine"));
}

TEST_CASE(
    "the state of a plugin waits while another one has the name, with the one before it, and comes back")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    const auto read_by = [&file](const char* plugin) {
        return read_state_file_of(file, plugin);
    };
    write_state_file(file, state_of("first"));
    write_state_file(file, state_of("second"));
    SECTION("also if the one before is all there is")
    {
        fs::remove(file);
    }
    const std::string newest = text_in(read_state_file(file));

    const auto others = read_by("sampler:/a/Piano.sfz");
    CHECK_FALSE(others.state);
    REQUIRE(others.problems.size() == 1);
    CHECK_THAT(others.problems[0],
               Catch::Matchers::ContainsSubstring("belongs to another plugin (vst2:DcSy). It is kept as ") &&
                   Catch::Matchers::ContainsSubstring("bass.state.of-vst2%3ADcSy-"));
    CHECK_FALSE(read_state_file(file).state);
    write_state_file(file, {"sampler:/a/Piano.sfz", {std::byte{'p'}}});
    CHECK(text_in(read_by("sampler:/a/Piano.sfz")) == "p");

    const auto back = read_by("vst2:DcSy");
    CHECK(text_in(back) == newest);
    CHECK(back.problems.size() == 1); // it is the piano's that waits now
    CHECK(text_in(read_by("sampler:/a/Piano.sfz")) == "p");
    CHECK(text_in(read_by("vst2:DcSy")) == newest);
}

TEST_CASE("what a plugin saves when another one has read that there is nothing of its own is not overwritten")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("old"));
    CHECK_FALSE(read_state_file_of(file, "sampler:piano").state);
    write_state_file(file, state_of("last")); // at its end, for which nobody waits
    write_state_file(file, {"sampler:piano", {std::byte{'p'}}});

    CHECK(text_in(read_state_file_of(file, "sampler:piano")) == "p");
    CHECK(text_in(read_state_file_of(file, "vst2:DcSy")) == "last");
}

TEST_CASE("a state that has come back beside a newer one of the same plugin is not lost")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("old"));
    CHECK_FALSE(read_state_file_of(file, "clap:other").state);
    write_state_file(file, state_of("new")); // as somebody copies it from another machine
    CHECK(text_in(read_state_file_of(file, "vst2:DcSy")) == "new");
    CHECK_FALSE(read_state_file_of(file, "clap:other").state);

    CHECK(text_in(read_state_file_of(file, "vst2:DcSy")) == "new");
    const auto kept =
        std::count_if(fs::directory_iterator(directory.path()), fs::directory_iterator(),
                      [](const auto& entry) { return entry.path().string().ends_with(".aside-1"); });
    CHECK(kept == 1);
}

TEST_CASE("one bit is enough to call a state damaged")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("a state of some length"));
    const std::string whole = content_of(file);

    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::string broken = whole;
        const auto place = random() % broken.size();
        broken[place] = static_cast<char>(broken[place] ^ (1 << random() % 8));
        if (round % 2 != 0)
            broken.resize(random() % broken.size());
        replace_content(file, broken);
        const auto reading = read_state_file(file);
        CHECK_FALSE(reading.state);
        CHECK(reading.problems.size() == (reading.newer ? 0 : 1)); // the bit may have been the version's
        for (const auto& entry : fs::directory_iterator(directory.path()))
            fs::remove(entry.path());
    }
}

TEST_CASE("a state that cannot be written leaves the old one whole and says why")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("first"));
    fs::create_directory(fs::path(file) += ".new"); // stands in the way, for root too

    CHECK_THROWS_WITH(write_state_file(file, state_of("second")),
                      Catch::Matchers::ContainsSubstring("bass.state.new"));
    CHECK(text_in(read_state_file(file)) == "first");
}

TEST_CASE("a full disk leaves the old state whole")
{
    if (!fs::exists("/dev/full"))
        SKIP("no /dev/full");
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of("first"));
    fs::create_symlink("/dev/full", fs::path(file) += ".new");

    CHECK_THROWS_AS(write_state_file(file, state_of("second")), PluginError);
    CHECK(text_in(read_state_file(file)) == "first");
}

TEST_CASE("a folder or a pipe in the place of a state is refused at once, and stays")
{
    const TemporaryDirectory directory;
    const auto folder = directory.path() / "bass.state";
    fs::create_directory(folder);
    CHECK_THROWS_WITH(read_state_file(folder), Catch::Matchers::ContainsSubstring("bass.state"));
    CHECK(fs::is_directory(folder));

    const auto pipe = directory.path() / "piano.state";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    auto reading = std::async(std::launch::async, [&] { return read_state_file(pipe); });
    const bool ended = reading.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
    CHECK(ended);
    if (!ended)
        close(open(pipe.c_str(), O_WRONLY));
    CHECK_THROWS_WITH(reading.get(), Catch::Matchers::ContainsSubstring("piano.state"));
    CHECK(fs::is_fifo(pipe));
}

TEST_CASE("the file of a node lies in the state directory, whatever the node is called")
{
    const TemporaryDirectory directory;
    ::setenv("XDG_STATE_HOME", directory.path().c_str(), 1);

    CHECK(state_file_of("bass") == directory.path() / "decant/bass.state");
    CHECK(state_file_of("../etc/x") == directory.path() / "decant/%2E.%2Fetc%2Fx.state");
    CHECK(state_file_of("..").filename() == "%2E..state");

    ::setenv("XDG_STATE_HOME", "not/absolute", 1);
    ::setenv("HOME", "/home/ada", 1);
    CHECK(state_file_of("bass") == "/home/ada/.local/state/decant/bass.state");
}

TEST_CASE("a state is whole whenever the process that saves it is killed")
{
    const TemporaryDirectory directory;
    const fs::path file = directory.path() / "gain.state";
    const std::string odd(200'000, 'o');
    const std::string even(300'000, 'e');
    write_state_file(file, state_of(odd));

    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round) {
        const pid_t writer = ::fork();
        REQUIRE(writer >= 0);
        if (writer == 0) {
            try {
                for (;;) {
                    write_state_file(file, state_of(even));
                    write_state_file(file, state_of(odd));
                }
            } catch (...) {
                ::_exit(1);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000)); // any moment is as good
        REQUIRE(::kill(writer, SIGKILL) == 0);
        int status = 0;
        REQUIRE(::waitpid(writer, &status, 0) == writer);
        REQUIRE(WIFSIGNALED(status));

        const auto reading = read_state_file(file);
        CHECK(reading.problems.empty());
        const auto text = text_in(reading);
        CHECK((text == odd || text == even));
    }
}
