// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/sound-file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace decant::cli
{

namespace
{

/// Whether the name is that of a FLAC file rather than of a WAV file. Throws std::runtime_error if it is
/// neither: what is called song.mp3 is taken for one.
bool ends_in_flac(const std::filesystem::path& path)
{
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (extension != ".flac" && extension != ".wav")
        throw std::runtime_error(
            fmt::format("cannot write '{}': give it a name that ends in .wav or .flac, the kinds "
                        "of file that there are",
                        path.string()));
    return extension == ".flac";
}

/// Says of a file that cannot even be opened what libsndfile calls a "System error".
void require_readable(const std::filesystem::path& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        throw std::runtime_error(fmt::format("cannot read '{}': {}; check the path", path.string(),
                                             error ? error.message() : "there is no such file"));
    if (std::filesystem::is_directory(status))
        throw std::runtime_error(
            fmt::format("cannot read '{}': it is a directory; give a sound file in it", path.string()));
    if (std::filesystem::is_other(status))
        throw std::runtime_error(
            fmt::format("cannot read '{}': it is a pipe or a device; give a sound file", path.string()));
    if (access(path.c_str(), R_OK) != 0)
        throw std::runtime_error(fmt::format("cannot read '{}': {}; check its permissions", path.string(),
                                             std::generic_category().message(errno)));
}

/// Where a file of the name `path` really lies, or will lie: a link may lead to what is not there yet. Throws
/// std::runtime_error if it is something else than a file, which the finished one would take the place of: a
/// device, for instance.
std::filesystem::path place_of_file(const std::filesystem::path& path)
{
    constexpr int most_links = 40; // as the kernel: a circle of links ends there
    std::filesystem::path place = path;
    std::error_code ignored; // what cannot be looked at cannot be written either, and then says so
    for (int links = 0; std::filesystem::is_symlink(place, ignored); ++links) {
        const auto target = std::filesystem::read_symlink(place, ignored);
        if (ignored || links == most_links)
            throw std::runtime_error(fmt::format(
                "cannot write {}: it is a link that leads nowhere. Remove it, or give another name",
                path.string()));
        place = place.parent_path() / target;
    }
    const auto status = std::filesystem::status(place, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw std::runtime_error(fmt::format(
            "cannot write {}: it is no file but something else. Give the name of a file", path.string()));
    return place;
}

} // namespace

SoundReader::SoundReader(const std::filesystem::path& path) : path_(path)
{
    require_readable(path);
    file_.reset(sf_open(path.c_str(), SFM_READ, &info_));
    if (!file_)
        throw std::runtime_error(fmt::format("cannot read '{}': {} Convert it to WAV or FLAC", path.string(),
                                             sf_strerror(nullptr)));
    if (info_.samplerate < 1 || info_.channels < 1 || info_.frames < 0)
        throw std::runtime_error(fmt::format("{}: the header is damaged", path.string()));
}

void SoundReader::read(std::span<float> interleaved)
{
    const auto wanted = static_cast<sf_count_t>(interleaved.size() / channels());
    const auto got = std::max<sf_count_t>(sf_readf_float(file_.get(), interleaved.data(), wanted), 0);
    const auto filled = static_cast<std::size_t>(got) * channels();
    std::fill(interleaved.begin() + static_cast<std::ptrdiff_t>(filled), interleaved.end(), 0.0F);
    for (auto& sample : interleaved)
        if (!std::isfinite(sample)) {
            sample = 0;
            ++repaired_;
        }
}

SoundWriter::SoundWriter(const std::filesystem::path& path, std::uint32_t rate, std::size_t channels)
    : path_(place_of_file(path)), clips_(ends_in_flac(path))
{
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate);
    info.channels = static_cast<int>(channels);
    info.format = clips_ ? SF_FORMAT_FLAC | SF_FORMAT_PCM_24 : SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
    if (sf_format_check(&info) == 0)
        throw std::runtime_error(
            fmt::format("{} cannot hold {} channels at {} Hz; choose a name that ends in .wav", path.string(),
                        channels, rate));
    unfinished_.emplace(path_);
    file_.reset(sf_open_fd(unfinished_->descriptor(), SFM_WRITE, &info, SF_FALSE));
    if (!file_)
        throw std::runtime_error(fmt::format("cannot write {}: {}", path.string(), sf_strerror(nullptr)));
    sf_command(file_.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    sf_command(file_.get(), SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
    sf_command(file_.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE); // it holds the time of day
}

void SoundWriter::write(std::span<const float> interleaved)
{
    const auto count = static_cast<sf_count_t>(interleaved.size());
    if (sf_write_float(file_.get(), interleaved.data(), count) != count)
        throw std::runtime_error(
            fmt::format("cannot write {}: {} Make room on the disk, or give another --output", path_.string(),
                        sf_strerror(file_.get())));
}

void SoundWriter::finish()
{
    // Closing writes the header and what is still buffered.
    if (const int error = sf_close(file_.release()); error != 0)
        throw std::runtime_error(
            fmt::format("cannot write {}: {} Make room on the disk, or give another --output", path_.string(),
                        sf_error_number(error)));
    unfinished_->finish();
}

} // namespace decant::cli
