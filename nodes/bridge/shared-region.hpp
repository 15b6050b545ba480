// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/layout.hpp"

#include <atomic>
#include <boost/interprocess/detail/os_file_functions.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <string>

namespace decant::bridge
{

/// The memory that the service shares with the host of one plugin: a file without a place in any file system,
/// which its host opens through the service's descriptor. It ends with the processes that use it, and its
/// size is sealed: a host that cut it would end the service with SIGBUS.
class SharedRegion
{
    /// A descriptor, mappable by Boost.
    class SealedFile
    {
        int fd_;

    public:
        /// Throws std::runtime_error.
        explicit SealedFile(std::size_t size);
        ~SealedFile();
        SealedFile(const SealedFile&) = delete;
        SealedFile& operator=(const SealedFile&) = delete;

        [[nodiscard]] int fd() const noexcept { return fd_; }
        [[nodiscard]] boost::interprocess::mapping_handle_t get_mapping_handle() const noexcept
        {
            return {fd_, false};
        }
    };

    std::atomic<unsigned> lock_failures_ = 0;
    SealedFile file_;
    boost::interprocess::mapped_region mapping_;

    void allocate(std::size_t offset, std::size_t size);
    void lock(std::size_t offset, std::size_t size) noexcept;

public:
    /// Initialises the header. Throws std::runtime_error if there is no memory. [any but rt]
    SharedRegion();
    SharedRegion(const SharedRegion&) = delete;
    SharedRegion& operator=(const SharedRegion&) = delete;

    [[nodiscard]] protocol::Region& memory() const noexcept
    {
        return *static_cast<protocol::Region*>(mapping_.get_address());
    }

    /// A path by which other processes of this user open it for as long as this object lives.
    [[nodiscard]] std::string name() const;

    /// Gets the memory for a plugin with as many channels, and keeps what the audio thread touches in every
    /// block from being paged out, best effort: a limit on locked memory (RLIMIT_MEMLOCK) only raises
    /// lock_failures(). Throws std::runtime_error if there is no memory. [any but rt]
    void reserve(std::size_t inputs, std::size_t outputs);

    /// How often the system refused to lock a part. [any]
    [[nodiscard]] unsigned lock_failures() const noexcept
    {
        return lock_failures_.load(std::memory_order_relaxed);
    }
};

} // namespace decant::bridge
