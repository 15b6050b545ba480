// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample-pool.hpp"

#include "nodes/sampler/load-progress.hpp"
#include "nodes/sampler/sample-file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

constexpr std::int64_t most_frames = (std::int64_t{1} << 30) - 1; // positions are 32.32 fixed point
constexpr std::size_t locked_head = 128 << 10;                    // bytes: a second of 16-bit mono

// Bytes of a streamed sample that are always there: what plays until the first blocks are read.
constexpr std::size_t long_head = 64 << 10;
constexpr std::size_t short_head = 16 << 10; // when long ones would take most of the budget

// Reads piece by piece, since the frame count in a header is a stranger's claim.
void read_all(SampleFile& file, LoadedSample& loaded, Sample& sample)
{
    constexpr std::int64_t piece = 16 * 1024;
    const std::size_t guard = static_cast<std::size_t>(guard_frames) * sample.frame_bytes();
    const auto claimed =
        static_cast<std::size_t>(std::clamp<std::int64_t>(file.claimed_frames(), 0, most_frames));
    constexpr std::size_t most_reserved = 64 << 20;
    sample.data.reserve(std::min(claimed * sample.frame_bytes() + 2 * guard + slack_bytes, most_reserved));
    sample.data.resize(guard);
    for (;;) {
        const std::size_t at = sample.data.size();
        sample.data.resize(at + static_cast<std::size_t>(piece) * sample.frame_bytes());
        const std::int64_t got = file.read(sample.data.data() + at, piece);
        sample.data.resize(at + static_cast<std::size_t>(got) * sample.frame_bytes());
        sample.frames += got;
        if (sample.frames > most_frames)
            throw std::runtime_error("longer than 2^30 frames; cut it into shorter files");
        if (got < piece)
            break;
    }
    sample.data.resize(sample.data.size() + guard + slack_bytes);
    if (const std::string error = file.error(); !error.empty())
        loaded.problems.push_back(fmt::format(
            "truncated or damaged after {} frames ({}); copy or download it again", sample.frames, error));
    else if (sample.frames < file.claimed_frames())
        loaded.problems.push_back(fmt::format(
            "truncated: it ends after {}{} frames; copy or download it again", sample.frames,
            file.claimed_frames() <= most_frames ? fmt::format(" of {}", file.claimed_frames()) : ""));
}

// Whether what the header claims can be believed: there is something at the end of it.
bool reaches_its_end(SampleFile& file)
{
    std::array<std::byte, 8> frame{};
    return file.seek(file.claimed_frames() - 1) && file.read(frame.data(), 1) == 1;
}

// Reads the head and leaves the rest to the desk's readers; false if the file is too short for that, or not
// to be trusted.
bool read_head(const fs::path& path, SampleFile& file, const std::shared_ptr<StreamDesk>& desk,
               Direction direction, Sample& sample)
{
    const std::int64_t frames = file.claimed_frames();
    if (!file.seekable() || frames <= 0 || frames > most_frames)
        return false;
    const bool plenty = desk->head_bytes() < desk->memory_limit() / 2;
    const std::size_t bytes = plenty ? long_head : short_head;
    const std::size_t whole = plenty ? 4 * long_head : 2 * short_head; // a stream would save too little
    if (static_cast<std::size_t>(frames) * sample.frame_bytes() <= whole)
        return false;
    if (!reaches_its_end(file))
        return false;
    const auto head = static_cast<std::int64_t>(bytes / sample.frame_bytes());
    const std::int64_t guards = 2 * guard_frames;
    sample.data.resize(static_cast<std::size_t>(head + guards) * sample.frame_bytes() + slack_bytes);
    const std::int64_t wanted = head + guard_frames;
    std::byte* const first =
        sample.data.data() + static_cast<std::size_t>(guard_frames) * sample.frame_bytes();
    const bool backward = direction == Direction::backward;
    if (!file.seek(backward ? frames - wanted : 0) || file.read(first, wanted) != wanted)
        return false;
    if (backward)
        turn_round(first, wanted, sample.frame_bytes());
    std::error_code error;
    sample.stream = std::make_shared<SampleStream>(
        desk, SampleStream::Origin{.file = path, .time = fs::last_write_time(path, error)},
        sample.frame_bytes(), head, frames, direction);
    desk->add(sample.stream);
    sample.frames = frames;
    sample.head_frames = head;
    return true;
}

// RIFF and FORM files say how long they are. libsndfile mends a short one in silence.
std::optional<std::uint64_t> missing_bytes(const fs::path& path)
{
    std::array<unsigned char, 8> head{};
    std::ifstream stream(path, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(head.data()), head.size()))
        return std::nullopt;
    const bool little = std::memcmp(head.data(), "RIFF", 4) == 0;
    if (!little && std::memcmp(head.data(), "FORM", 4) != 0)
        return std::nullopt;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size |= std::uint64_t{head[4 + i]} << 8 * (little ? i : 3 - i);
    if (size >= 0xfffffff0) // written to a pipe: length unknown
        return std::nullopt;
    std::error_code error;
    const std::uintmax_t actual = fs::file_size(path, error);
    if (error || actual + 1 >= size + 8) // the last byte may be a pad byte that was not written
        return std::nullopt;
    return size + 8 - actual;
}

void read_instrument(const SampleFile& file, Sample& sample, LoadedSample& loaded)
{
    const auto found = file.instrument();
    if (!found)
        return;
    const SF_INSTRUMENT& instrument = *found;
    // A chunk that says nothing has all zeros.
    if (instrument.basenote > 0)
        sample.root_key = instrument.basenote;
    sample.detune = instrument.detune;
    if (instrument.loop_count < 1)
        return;
    const auto& loop = instrument.loops[0];
    const FrameRange range{.start = loop.start, .end = std::min<std::int64_t>(loop.end, sample.frames)};
    if (range.start >= range.end) {
        loaded.problems.push_back(
            fmt::format("its loop from {} to {} is outside of its {} frames and is left out", loop.start,
                        loop.end, sample.frames));
        return;
    }
    if (loop.end > sample.frames)
        loaded.problems.push_back(fmt::format(
            "its loop ends at {}, behind its {} frames; it loops at the end", loop.end, sample.frames));
    if (loop.mode == SF_LOOP_BACKWARD || loop.mode == SF_LOOP_ALTERNATING)
        loaded.problems.emplace_back("its backward or alternating loop is played forward");
    sample.loop = range;
}

LoadedSample load(const fs::path& path, const std::shared_ptr<StreamDesk>* desk, Direction direction)
{
    SampleFile file(path);
    LoadedSample loaded;
    auto sample = std::make_shared<Sample>();
    sample->format = file.format();
    sample->channels = file.channels();
    sample->rate = file.rate();
    if (file.file_channels() > 2)
        loaded.problems.push_back(
            fmt::format("of its {} channels the first two are played", file.file_channels()));
    if (const auto missing = missing_bytes(path))
        loaded.problems.push_back(
            fmt::format("truncated: {} bytes are missing at its end; copy or download it again", *missing));
    if (desk == nullptr || !read_head(path, file, *desk, direction, *sample)) {
        // A decoder that did not get to the end of a truncated file need not find the way back.
        if (desk != nullptr && file.seekable() && !file.seek(0))
            file = SampleFile(path);
        sample->data.clear();
        read_all(file, loaded, *sample);
        if (direction == Direction::backward)
            turn_round(sample->data.data() + static_cast<std::size_t>(guard_frames) * sample->frame_bytes(),
                       sample->frames, sample->frame_bytes());
    }
    if (file.repaired() != 0)
        loaded.problems.push_back(fmt::format(
            "{} samples of it are infinite or not a number and play as silence; render the file anew",
            file.repaired()));
    if (sample->frames == 0)
        throw std::runtime_error("has no audio in it; copy or download it again");
    if (desk != nullptr)
        sample->memory = HeadMemory(*desk, sample->data.size());
    sample->head = LockedMemory(sample->data.data(), std::min(sample->data.size(), locked_head));
    read_instrument(file, *sample, loaded);
    loaded.sample = std::move(sample);
    return loaded;
}

} // namespace

LoadedSample load_sample(const fs::path& file, Direction direction)
{
    return load(file, nullptr, direction);
}

LoadedSample load_sample(const fs::path& file, const std::shared_ptr<StreamDesk>& desk, Direction direction)
{
    return load(file, &desk, direction);
}

SamplePool::SamplePool(const Options& options)
    : options_(options), desk_(std::make_shared<StreamDesk>(options.memory))
{
}

SamplePool& SamplePool::shared()
{
    static SamplePool pool;
    return pool;
}

LoadedSample SamplePool::get(const fs::path& file, Direction direction)
{
    CountedLoading::count(&LoadProgress::samples);
    std::error_code error;
    Version version{.path = fs::weakly_canonical(file, error).string(),
                    .time = fs::last_write_time(file, error),
                    .size = fs::file_size(file, error),
                    .direction = direction};
    const std::scoped_lock lock(mutex_);
    if (const auto known = entries_.find(version); known != entries_.end()) {
        if (auto sample = known->second.sample.lock())
            return {.sample = std::move(sample), .problems = known->second.problems};
    }
    std::erase_if(entries_, [](const auto& entry) { return entry.second.sample.expired(); });
    LoadedSample loaded =
        options_.stream ? load_sample(file, desk_, direction) : load_sample(file, direction);
    if (loaded.sample->stream && !readers_)
        readers_.emplace(desk_, options_.readers);
    entries_.insert_or_assign(std::move(version),
                              Entry{.sample = loaded.sample, .problems = loaded.problems});
    return loaded;
}

} // namespace decant::sampler
