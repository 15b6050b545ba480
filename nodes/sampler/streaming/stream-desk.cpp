// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/streaming/stream-desk.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr std::size_t most_open_files = 64;

std::int64_t now_milliseconds() noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

void StreamDesk::add(const std::shared_ptr<SampleStream>& stream)
{
    const std::scoped_lock lock(mutex_);
    stream->set_id(++last_id_);
    streams_.emplace(last_id_, stream);
    living_.emplace(last_id_, stream.get());
}

void StreamDesk::forget(SampleStream& stream) noexcept
{
    const std::scoped_lock lock(mutex_);
    std::erase_if(residents_, [&](const Resident& resident) {
        if (resident.stream != stream.id())
            return false;
        memory_.give_back(stream.block(resident.block).memory.exchange(nullptr));
        return true;
    });
    streams_.erase(stream.id());
    living_.erase(stream.id());
}

void StreamDesk::set_memory(std::size_t bytes)
{
    const std::scoped_lock lock(mutex_);
    memory_.set_limit(bytes);
    shrink();
}

void StreamDesk::add_head(std::size_t bytes)
{
    const std::scoped_lock lock(mutex_);
    memory_.add_head(bytes);
    shrink();
}

void StreamDesk::remove_head(std::size_t bytes) noexcept
{
    const std::scoped_lock lock(mutex_);
    memory_.remove_head(bytes);
}

std::size_t StreamDesk::memory_limit()
{
    const std::scoped_lock lock(mutex_);
    return memory_.limit();
}

std::size_t StreamDesk::memory_used()
{
    const std::scoped_lock lock(mutex_);
    return memory_.used();
}

std::size_t StreamDesk::head_bytes()
{
    const std::scoped_lock lock(mutex_);
    return memory_.heads();
}

std::optional<StreamDesk::Job> StreamDesk::next()
{
    for (;;) {
        const std::int32_t heard = bell_.load(std::memory_order_acquire);
        if (closed_.load())
            return std::nullopt;
        bool no_memory = false;
        if (!paused_.load())
            if (auto job = most_urgent(no_memory))
                return job;
        if (no_memory) // voices read all of it; one that ends rings no bell
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        else
            bell_.wait(heard, std::memory_order_acquire);
    }
}

void StreamDesk::collect_requests()
{
    StreamRequest request{};
    const std::int64_t now = now_milliseconds();
    while (asked_.pop(request))
        waiting_.push_back({.request = request, .due = now + request.milliseconds});
}

std::optional<StreamDesk::Job> StreamDesk::most_urgent(bool& no_memory)
{
    std::shared_ptr<SampleStream> stream; // let go without the lock, as it may be the last to hold it
    const std::scoped_lock lock(mutex_);
    collect_requests();
    while (!waiting_.empty()) {
        const auto first = std::min_element(waiting_.begin(), waiting_.end(),
                                            [](const Waiting& a, const Waiting& b) { return a.due < b.due; });
        const auto known = streams_.find(first->request.stream);
        stream = known != streams_.end() ? known->second.lock() : nullptr;
        const std::size_t block = first->request.block;
        const bool wanted =
            stream && stream->block(block).state.load(std::memory_order_acquire) == StreamBlock::State::asked;
        std::byte* memory = nullptr;
        if (wanted) {
            try {
                memory = memory_.has_room() ? memory_.take() : evict();
                if (memory == nullptr && impatient_.load() > 0)
                    memory = memory_.take();
            } catch (const std::bad_alloc&) {
                memory = evict();
            }
            if (memory == nullptr) {
                no_memory = true;
                return std::nullopt;
            }
        }
        *first = waiting_.back();
        waiting_.pop_back();
        if (wanted)
            return Job{.stream = std::move(stream), .block = block, .memory = memory};
    }
    return std::nullopt;
}

// The memory of a block that nobody reads and that was not read since the hand came by last; null if all are
// read.
std::byte* StreamDesk::evict() noexcept
{
    for (std::size_t step = 0; step < 2 * residents_.size(); ++step) {
        hand_ = hand_ + 1 < residents_.size() ? hand_ + 1 : 0;
        const Resident resident = residents_[hand_];
        StreamBlock& block = living_.at(resident.stream)->block(resident.block);
        if (block.readers.load(std::memory_order_relaxed) != 0 || block.used.exchange(false))
            continue;
        // From here on whoever does not find it asks for it.
        block.state.store(StreamBlock::State::absent, std::memory_order_seq_cst);
        std::byte* const memory = block.memory.exchange(nullptr, std::memory_order_seq_cst);
        if (block.readers.load(std::memory_order_seq_cst) != 0) {
            block.memory.store(memory, std::memory_order_seq_cst);
            block.state.store(StreamBlock::State::ready,
                              std::memory_order_release); // requests for it are void
            continue;
        }
        residents_[hand_] = residents_.back();
        residents_.pop_back();
        return memory;
    }
    return nullptr;
}

void StreamDesk::shrink() noexcept
{
    while (memory_.over()) {
        std::byte* const block = evict();
        if (block == nullptr)
            return; // until the voices that read them have ended
        memory_.give_back(block);
    }
}

void StreamDesk::done(Job job, bool good) noexcept
{
    {
        const std::scoped_lock lock(mutex_);
        StreamBlock& block = job.stream->block(job.block);
        try {
            if (good)
                residents_.push_back(
                    {.stream = job.stream->id(), .block = static_cast<std::uint32_t>(job.block)});
        } catch (const std::bad_alloc&) {
            good = false;
        }
        if (good) {
            block.used.store(true, std::memory_order_relaxed);
            block.memory.store(job.memory, std::memory_order_seq_cst);
            block.state.store(StreamBlock::State::ready, std::memory_order_release);
        } else {
            memory_.give_back(job.memory);
            block.state.store(StreamBlock::State::failed, std::memory_order_release);
        }
        shrink();
        const bool listed = std::any_of(open_.begin(), open_.end(), [&](const auto& other) {
            return !other.owner_before(job.stream) && !job.stream.owner_before(other);
        });
        try {
            if (!listed)
                open_.push_back(job.stream);
        } catch (const std::bad_alloc&) {
            job.stream->close_file();
        }
    }
    for (;;) {
        std::shared_ptr<SampleStream> oldest; // let go without the lock, as it may be the last to hold it
        {
            const std::scoped_lock lock(mutex_);
            if (open_.size() <= most_open_files)
                return;
            oldest = open_.front().lock();
            open_.pop_front();
        }
        if (oldest && !oldest->close_file())
            return; // it is being read, and will be listed again
    }
}

void StreamDesk::pause(bool paused) noexcept
{
    paused_.store(paused);
    ring();
}

void StreamDesk::close() noexcept
{
    closed_.store(true);
    ring();
}

void StreamDesk::ring() noexcept
{
    bell_.fetch_add(1, std::memory_order_release);
    bell_.notify_all();
}

} // namespace decant::sampler
