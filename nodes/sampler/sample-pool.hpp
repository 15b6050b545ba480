// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/sample.hpp"
#include "nodes/sampler/streaming/stream-readers.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace decant::sampler
{

/// A sample and what is wrong with its file, which plays nevertheless.
struct LoadedSample {
    std::shared_ptr<const Sample> sample;
    std::vector<std::string> problems;
};

/// Reads a whole sound file: WAV, FLAC, AIFF, OGG and what else libsndfile knows. Throws std::runtime_error.
/// [main]
[[nodiscard]] LoadedSample load_sample(const std::filesystem::path& file,
                                       Direction direction = Direction::forward);

/// The same, but of a long file its head; the rest comes from the desk's readers.
[[nodiscard]] LoadedSample load_sample(const std::filesystem::path& file,
                                       const std::shared_ptr<StreamDesk>& desk,
                                       Direction direction = Direction::forward);

/// Loads every sound file once, for all regions, instruments and samplers that play it; a sample lives as
/// long as one of them does. A file that has changed is read anew. What is longer than its head is streamed,
/// by threads of the pool: it outlives all playing. [any], but never from an audio thread
class SamplePool
{
public:
    struct Options {
        std::size_t memory = default_stream_memory(); ///< bytes, for all samples together
        unsigned readers = 2;                         ///< threads
        bool stream = true;                           ///< else every file is read whole
    };

private:
    struct Version {
        std::string path;
        std::filesystem::file_time_type time;
        std::uintmax_t size;
        Direction direction;

        friend auto operator<=>(const Version&, const Version&) = default;
    };
    struct Entry {
        std::weak_ptr<const Sample> sample;
        std::vector<std::string> problems;
    };

    Options options_;
    std::shared_ptr<StreamDesk> desk_;
    std::mutex mutex_;
    std::map<Version, Entry> entries_;
    std::optional<StreamReaders> readers_; // with the first sample that needs them

public:
    SamplePool() : SamplePool(Options()) {}
    explicit SamplePool(const Options& options);

    /// One for the whole process.
    [[nodiscard]] static SamplePool& shared();

    void set_memory(std::size_t bytes) { desk_->set_memory(bytes); }
    [[nodiscard]] StreamDesk& desk() noexcept { return *desk_; }

    /// Throws std::runtime_error if the file cannot be read.
    [[nodiscard]] LoadedSample get(const std::filesystem::path& file,
                                   Direction direction = Direction::forward);
};

} // namespace decant::sampler
