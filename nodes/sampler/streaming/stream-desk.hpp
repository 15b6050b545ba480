// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/realtime/event-queue.hpp"
#include "nodes/sampler/streaming/sample-stream.hpp"
#include "nodes/sampler/streaming/stream-memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace decant::sampler
{

/// A block that a voice will want.
struct StreamRequest {
    std::uint32_t stream;
    std::uint32_t block;
    std::uint32_t milliseconds; ///< until a voice starves for it
};

/// Where audio threads leave what they want to be read, and readers find what is most urgent and the memory
/// to put it into. Knows which blocks are in memory, and takes those away that were not read for longest.
class StreamDesk
{
    struct Waiting {
        StreamRequest request;
        std::int64_t due; // ms of the steady clock
    };
    struct Resident {
        std::uint32_t stream;
        std::uint32_t block;
    };

    nodes::EventQueue<StreamRequest> asked_{16384};
    std::atomic<std::int32_t> bell_ = 0;
    std::atomic<bool> closed_ = false;
    std::atomic<bool> paused_ = false;
    std::atomic<int> impatient_ = 0; // threads that cannot go on without a block

    std::mutex mutex_; // of all below
    StreamMemory memory_;
    std::unordered_map<std::uint32_t, std::weak_ptr<SampleStream>> streams_;
    std::unordered_map<std::uint32_t, SampleStream*> living_; // until forget(); for their blocks alone
    std::uint32_t last_id_ = 0;
    std::vector<Waiting> waiting_;
    std::vector<Resident> residents_;
    std::size_t hand_ = 0;                         // of the clock that goes round the residents
    std::deque<std::weak_ptr<SampleStream>> open_; // have open files, the longest-opened first

public:
    explicit StreamDesk(std::size_t memory) : memory_(memory) {}

    /// What a reader is to do.
    struct Job {
        std::shared_ptr<SampleStream> stream;
        std::size_t block = 0;
        std::byte* memory = nullptr;
    };

    /// False if too much is asked for already. [rt]
    bool ask(const StreamRequest& request) noexcept DECANT_REALTIME
    {
        if (!asked_.push(request))
            return false;
        bell_.fetch_add(1, std::memory_order_release);
        bell_.notify_one(); // a futex call if a reader sleeps
        return true;
    }

    // All others: [any, but an audio thread]

    /// While somebody waits, blocks are read even if all memory is in use.
    void begin_wait() noexcept { impatient_.fetch_add(1); }
    void end_wait() noexcept { impatient_.fetch_sub(1); }

    void add(const std::shared_ptr<SampleStream>& stream);
    void forget(SampleStream& stream) noexcept;

    void set_memory(std::size_t bytes);
    void add_head(std::size_t bytes);
    void remove_head(std::size_t bytes) noexcept;
    [[nodiscard]] std::size_t memory_limit();
    [[nodiscard]] std::size_t memory_used();
    [[nodiscard]] std::size_t head_bytes();

    /// Waits for work; nothing when close() was called.
    [[nodiscard]] std::optional<Job> next();

    /// The block is read, or could not be.
    void done(Job job, bool good) noexcept;

    /// Readers stop where they are, as a disk does that does not answer.
    void pause(bool paused) noexcept;
    void close() noexcept;

private:
    [[nodiscard]] std::optional<Job> most_urgent(bool& no_memory);
    void collect_requests();
    [[nodiscard]] std::byte* evict() noexcept;
    void shrink() noexcept;
    void ring() noexcept;
};

/// A part of the budget, for as long as it lives.
class HeadMemory
{
    std::shared_ptr<StreamDesk> desk_;
    std::size_t bytes_ = 0;

public:
    HeadMemory() noexcept = default;
    HeadMemory(std::shared_ptr<StreamDesk> desk, std::size_t bytes) : desk_(std::move(desk)), bytes_(bytes)
    {
        desk_->add_head(bytes_);
    }
    HeadMemory(HeadMemory&& other) noexcept : desk_(std::move(other.desk_)), bytes_(other.bytes_) {}
    HeadMemory& operator=(HeadMemory&& other) noexcept
    {
        std::swap(desk_, other.desk_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~HeadMemory()
    {
        if (desk_)
            desk_->remove_head(bytes_);
    }
};

} // namespace decant::sampler
