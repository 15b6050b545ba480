// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/streaming/sample-stream.hpp"

#include "nodes/sampler/streaming/stream-desk.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr std::int64_t overlap = 2 * guard_frames; // of neighbouring blocks

std::int64_t frames_per_block(std::size_t frame_bytes)
{
    return static_cast<std::int64_t>((stream_block_bytes - slack_bytes) / frame_bytes) - 2 * guard_frames;
}

} // namespace

SampleStream::SampleStream(std::shared_ptr<StreamDesk> desk, Origin origin, std::size_t frame_bytes,
                           std::int64_t first, std::int64_t frames, Direction direction)
    : desk_(std::move(desk)), id_(0), origin_(std::move(origin)), frame_bytes_(frame_bytes), first_(first),
      frames_(frames), block_frames_(frames_per_block(frame_bytes)), direction_(direction),
      blocks_(static_cast<std::size_t>((frames - first + block_frames_ - 1) / block_frames_))
{
}

SampleStream::~SampleStream()
{
    desk_->forget(*this);
}

void SampleStream::ask(std::size_t index, std::uint32_t milliseconds) noexcept DECANT_REALTIME
{
    StreamBlock& block = blocks_[index];
    auto absent = StreamBlock::State::absent;
    if (block.state.load(std::memory_order_relaxed) != absent)
        return;
    if (block.state.compare_exchange_strong(absent, StreamBlock::State::asked, std::memory_order_relaxed) &&
        !desk_->ask(
            {.stream = id_, .block = static_cast<std::uint32_t>(index), .milliseconds = milliseconds}))
        block.state.store(StreamBlock::State::absent, std::memory_order_relaxed); // until there is room
}

void SampleStream::await(std::size_t index) noexcept
{
    constexpr auto patience = std::chrono::seconds(10); // for a disk that has to wake up
    const auto deadline = std::chrono::steady_clock::now() + patience;
    StreamBlock& block = blocks_[index];
    desk_->begin_wait();
    for (;;) {
        const auto state = block.state.load(std::memory_order_acquire);
        if (state == StreamBlock::State::ready || state == StreamBlock::State::failed ||
            std::chrono::steady_clock::now() > deadline)
            break;
        ask(index, 0);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    desk_->end_wait();
}

std::shared_ptr<void> SampleStream::hold(const std::shared_ptr<SampleStream>& stream, std::int64_t frame)
{
    const std::size_t index = stream->index_of(frame);
    StreamBlock& block = stream->blocks_[index];
    for (int attempt = 0; block.acquire() == nullptr; ++attempt) {
        if (attempt == 3 || block.state.load() == StreamBlock::State::failed)
            return nullptr;
        stream->await(index);
    }
    return {static_cast<void*>(&block), [stream](void* held) {
                static_cast<StreamBlock*>(held)->release();
            }};
}

bool SampleStream::read(std::int64_t start, std::int64_t count, std::byte* out) noexcept
{
    if (direction_ == Direction::forward)
        return read_forward(start, count, out);
    if (!read_forward(frames_ - start - count, count, out))
        return false;
    turn_round(out, count, frame_bytes_);
    return true;
}

bool SampleStream::read_forward(std::int64_t start, std::int64_t count, std::byte* out) noexcept
try {
    const std::scoped_lock lock(mutex_);
    const std::int64_t before = std::clamp<std::int64_t>(-start, 0, count);
    std::fill_n(out, static_cast<std::size_t>(before) * frame_bytes_, std::byte{});
    out += static_cast<std::size_t>(before) * frame_bytes_;
    start += before;
    count -= before;

    if (!open_) {
        if (std::filesystem::last_write_time(origin_.file) != origin_.time)
            return false;
        open_.emplace(OpenFile{.file = SampleFile(origin_.file), .next = 0, .last = {}});
        if (open_->file.frame_bytes() != frame_bytes_) {
            open_.reset();
            return false;
        }
    }
    const std::int64_t there = std::clamp<std::int64_t>(frames_ - start, 0, count);
    std::byte* to = out;
    std::int64_t left = there;
    const auto kept = static_cast<std::int64_t>(open_->last.size() / frame_bytes_);
    if (start < open_->next && start >= open_->next - kept) {
        // The neighbour of what was read last: a decoder would have to look for the place.
        const std::int64_t known = std::min(open_->next - start, left);
        std::memcpy(
            to, open_->last.data() + static_cast<std::size_t>(start - (open_->next - kept)) * frame_bytes_,
            static_cast<std::size_t>(known) * frame_bytes_);
        to += static_cast<std::size_t>(known) * frame_bytes_;
        left -= known;
    } else if (start != open_->next) {
        if (!open_->file.seek(start)) {
            open_.reset();
            return false;
        }
        open_->next = start;
        open_->last.clear();
    }
    if (left > 0) {
        const std::int64_t got = open_->file.read(to, left);
        open_->next += got;
        if (got != left) { // cut since it was opened
            open_.reset();
            return false;
        }
        const std::int64_t keep = std::min(there, overlap);
        const std::byte* const end = out + static_cast<std::size_t>(there) * frame_bytes_;
        open_->last.assign(end - static_cast<std::size_t>(keep) * frame_bytes_, end);
    }
    std::fill_n(out + static_cast<std::size_t>(there) * frame_bytes_,
                static_cast<std::size_t>(count - there) * frame_bytes_, std::byte{});
    return true;
} catch (const std::exception&) { // the file is gone, or there is no memory
    open_.reset();
    return false;
}

bool SampleStream::read_block(std::size_t index, std::byte* out) noexcept
{
    return read(start_of(index) - guard_frames, block_frames_ + 2 * guard_frames, out);
}

bool SampleStream::close_file() noexcept
{
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock)
        open_.reset();
    return lock.owns_lock();
}

bool SampleStream::file_open() noexcept
{
    const std::scoped_lock lock(mutex_);
    return open_.has_value();
}

} // namespace decant::sampler
