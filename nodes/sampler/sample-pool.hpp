// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/sample.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
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
[[nodiscard]] LoadedSample load_sample(const std::filesystem::path& file);

/// Loads every sound file once, for all regions, instruments and samplers that play it; a sample lives as
/// long as one of them does. A file that has changed is read anew. [any], but never from an audio thread
class SamplePool
{
    struct Version {
        std::string path;
        std::filesystem::file_time_type time;
        std::uintmax_t size;

        friend auto operator<=>(const Version&, const Version&) = default;
    };
    struct Entry {
        std::weak_ptr<const Sample> sample;
        std::vector<std::string> problems;
    };

    std::mutex mutex_;
    std::map<Version, Entry> entries_;

public:
    /// Throws std::runtime_error if the file cannot be read.
    [[nodiscard]] LoadedSample get(const std::filesystem::path& file);
};

} // namespace decant::sampler
