// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/streaming/stream-memory.hpp"

#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace decant::sampler
{
namespace
{

constexpr std::size_t blocks_per_chunk = 64; // a mapping each; the system has a limit on those
constexpr std::size_t chunk_bytes = blocks_per_chunk * stream_block_bytes;

} // namespace

StreamMemory::~StreamMemory()
{
    for (std::byte* const chunk : chunks_)
        munmap(chunk, chunk_bytes);
}

std::byte* StreamMemory::take()
{
    if (free_.empty()) {
        chunks_.reserve(chunks_.size() + 1);
        free_.reserve((chunks_.size() + 1) * blocks_per_chunk);
        void* const memory = mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc();
        // Huge pages would come whole, and more of them than the budget has.
        madvise(memory, chunk_bytes, MADV_NOHUGEPAGE);
        chunks_.push_back(static_cast<std::byte*>(memory));
        for (std::size_t block = blocks_per_chunk; block-- > 0;)
            free_.push_back(chunks_.back() + block * stream_block_bytes);
    }
    std::byte* const block = free_.back();
    free_.pop_back();
    ++blocks_;
    return block;
}

void StreamMemory::give_back(std::byte* block) noexcept
{
    madvise(block, stream_block_bytes, MADV_DONTNEED);
    free_.push_back(block); // there is room for all that there are
    --blocks_;
}

std::size_t default_stream_memory() noexcept
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    constexpr std::size_t unknown = std::size_t{1} << 30;
    return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) / 4
                                 : unknown;
}

} // namespace decant::sampler
