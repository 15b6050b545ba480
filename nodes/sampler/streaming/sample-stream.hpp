// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/sample-file.hpp"
#include "nodes/sampler/sample-format.hpp"
#include "nodes/sampler/streaming/stream-memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace decant::sampler
{

class StreamDesk;

/// One block of a streamed sample, which is in memory or not. A voice that reads it is counted, so that it
/// stays; a block nobody reads may go at any time. Who takes it away first makes it unreachable, then looks
/// whether it is read: a voice counts itself first, then looks whether it is there. One of the two sees the
/// other.
struct StreamBlock {
    enum class State : std::uint8_t { absent, asked, ready, failed };

    std::atomic<std::byte*> memory = nullptr; ///< guard frames, frames, guard frames, slack
    std::atomic<std::uint32_t> readers = 0;
    std::atomic<State> state = State::absent;
    std::atomic<bool> used = false; ///< since somebody last looked for a block that may go

    /// Its memory, which stays until release(); null if it is not there. [any]
    [[nodiscard]] const std::byte* acquire() noexcept DECANT_REALTIME
    {
        readers.fetch_add(1, std::memory_order_seq_cst);
        const std::byte* const bytes = memory.load(std::memory_order_seq_cst);
        if (bytes == nullptr)
            readers.fetch_sub(1, std::memory_order_release);
        else
            used.store(true, std::memory_order_relaxed);
        return bytes;
    }

    /// [any]
    void release() noexcept DECANT_REALTIME { readers.fetch_sub(1, std::memory_order_release); }
};

/// What is behind the head of a sample: it is read from its file block by block when voices come near, and
/// kept for others as long as there is room.
class SampleStream
{
public:
    struct Origin {
        std::filesystem::path file;
        std::filesystem::file_time_type time; ///< of its last change; another file is not read
    };

private:
    struct OpenFile {
        SampleFile file;
        std::int64_t next = 0;       // frame
        std::vector<std::byte> last; // the two guards' worth of frames before it
    };

    std::shared_ptr<StreamDesk> desk_;
    std::uint32_t id_;
    Origin origin_;
    std::size_t frame_bytes_;
    std::int64_t first_; // frame
    std::int64_t frames_;
    std::int64_t block_frames_;
    Direction direction_;
    std::vector<StreamBlock> blocks_;

    std::mutex mutex_; // of the file
    std::optional<OpenFile> open_;

public:
    /// Streams frames `first` … `frames` of a file, counted from its end if it is read backward. [main]
    SampleStream(std::shared_ptr<StreamDesk> desk, Origin origin, std::size_t frame_bytes, std::int64_t first,
                 std::int64_t frames, Direction direction);
    SampleStream(const SampleStream&) = delete;
    SampleStream& operator=(const SampleStream&) = delete;
    ~SampleStream();

    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    void set_id(std::uint32_t id) noexcept { id_ = id; }

    /// [any]
    [[nodiscard]] std::size_t blocks() const noexcept DECANT_REALTIME { return blocks_.size(); }
    [[nodiscard]] StreamBlock& block(std::size_t index) noexcept DECANT_REALTIME { return blocks_[index]; }
    [[nodiscard]] std::size_t index_of(std::int64_t frame) const noexcept DECANT_REALTIME
    {
        return static_cast<std::size_t>((frame - first_) / block_frames_);
    }
    [[nodiscard]] std::int64_t start_of(std::size_t index) const noexcept DECANT_REALTIME
    {
        return first_ + static_cast<std::int64_t>(index) * block_frames_;
    }
    [[nodiscard]] std::int64_t block_frames() const noexcept DECANT_REALTIME { return block_frames_; }

    /// Wants the block to be there in `milliseconds`, from now on. [rt]
    void ask(std::size_t index, std::uint32_t milliseconds) noexcept DECANT_REALTIME;

    /// Waits until the block is there, or cannot be; where nobody waits for the audio. [any, but a real-time
    /// audio thread]
    void await(std::size_t index) noexcept;

    /// Reads the block now and keeps it as long as the returned object lives; null if it cannot be read.
    /// [main]
    [[nodiscard]] static std::shared_ptr<void> hold(const std::shared_ptr<SampleStream>& stream,
                                                    std::int64_t frame);

    /// Reads any frames of the file, with silence before and behind it. False if the file cannot be read, or
    /// has changed. [any, but an audio thread]
    [[nodiscard]] bool read(std::int64_t start, std::int64_t count, std::byte* out) noexcept;

    /// The frames of a block with its guards.
    [[nodiscard]] bool read_block(std::size_t index, std::byte* out) noexcept;

    /// Until it is needed again; false if it is being read. [any, but an audio thread]
    bool close_file() noexcept;
    [[nodiscard]] bool file_open() noexcept;

private:
    [[nodiscard]] bool read_forward(std::int64_t start, std::int64_t count, std::byte* out) noexcept;
};

} // namespace decant::sampler
