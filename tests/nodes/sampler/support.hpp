// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

/// What the sampler's tests build their worlds from.
namespace decant::sampler::test
{

inline constexpr std::size_t megabyte = 1 << 20;

/// Whose own memory grows with the program's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool has_sanitizer = true;
#else
inline constexpr bool has_sanitizer = false;
#endif

/// What the process has in memory.
[[nodiscard]] std::size_t resident_bytes();

/// A directory of its own, removed with all that is in it.
class TemporaryDirectory
{
    std::filesystem::path path_;

public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

    /// Writes a file, with the directories above it, and returns its path.
    std::filesystem::path write(std::string_view name, std::string_view content) const;
};

/// What a WAV file's smpl chunk says.
struct SamplerChunk {
    unsigned root;
    unsigned loop_start = 0; ///< both in frames; the end is the last frame of the loop. 0, 0: no loop
    unsigned loop_end = 0;
};

struct WavFormat {
    unsigned rate = 48000;
    unsigned channels = 1;
    unsigned bits = 16; ///< 16, 24, or 32 for float
    const SamplerChunk* smpl = nullptr;
};

/// The bytes of a WAV file with these interleaved samples.
[[nodiscard]] std::string wav(const std::vector<float>& samples, const WavFormat& format = {});

[[nodiscard]] std::vector<float> sine(double frequency, unsigned rate, std::size_t frames,
                                      float amplitude = 0.5f);
[[nodiscard]] std::vector<float> constant(float value, std::size_t frames);

/// What a constant sample of 1 gives on each side in the middle.
inline constexpr float centre = std::numbers::sqrt2_v<float> / 2;

/// From frame `from` up to before frame `to`.
[[nodiscard]] std::vector<float> part(const std::vector<float>& samples, std::size_t from, std::size_t to);

/// What is heard.
struct Sound {
    std::vector<float> left;
    std::vector<float> right;
};

[[nodiscard]] float peak(const std::vector<float>& samples);
[[nodiscard]] bool is_zero(const std::vector<float>& samples);

/// The largest step from one sample to the next.
[[nodiscard]] float largest_step(const std::vector<float>& samples);

/// The frequency of a sine, from the times of its first and last upward zero crossing.
[[nodiscard]] double frequency_of(const std::vector<float>& samples, unsigned rate);

/// MIDI at a frame of the next rendering.
struct At {
    std::uint32_t frame;
    std::vector<std::uint8_t> bytes;
    std::array<std::uint32_t, 2> midi2{};
};

[[nodiscard]] At note_on(std::uint32_t frame, int key, int velocity = 127);
[[nodiscard]] At note_off(std::uint32_t frame, int key);
[[nodiscard]] At control(std::uint32_t frame, int control, int value);
[[nodiscard]] At bend(std::uint32_t frame, int value);

/// A sampler that is driven block by block.
class Player
{
public:
    Sampler sampler;
    unsigned rate = 48000;
    std::uint32_t block = 256;
    nodes::Transport song; ///< goes on with what is rendered if it plays
    bool waits = true;     ///< nobody waits for the sound, so that it may wait for the disk

    explicit Player(const SamplerOptions& options = {}) : sampler(options) {}
    explicit Player(const std::filesystem::path& file, const SamplerOptions& options = {});

    /// Renders `frames` frames in blocks, with the events at their frames.
    Sound render(std::uint32_t frames, const std::vector<At>& events = {});
};

/// Writes `sfz` into the directory and loads it; fails the test if there are problems.
[[nodiscard]] std::filesystem::path instrument(const TemporaryDirectory& directory, std::string_view sfz);

/// Whether one of the problems has this file name, line and text in it.
[[nodiscard]] bool reports(const std::vector<Problem>& problems, std::string_view file, unsigned line,
                           std::string_view text);

} // namespace decant::sampler::test
