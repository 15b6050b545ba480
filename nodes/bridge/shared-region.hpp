// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/layout.hpp"

#include <atomic>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cstddef>
#include <string>

namespace decant::bridge
{

/// The memory that the service shares with the host of one plugin: a POSIX shared memory object,
/// `decant-<uid>-<pid>-<n>`, readable by the user alone. Its name lives only until the host has opened it.
class SharedRegion
{
    std::string name_;
    std::atomic<bool> named_ = true;
    std::atomic<unsigned> lock_failures_ = 0;
    boost::interprocess::shared_memory_object object_;
    boost::interprocess::mapped_region mapping_;

    void allocate(std::size_t offset, std::size_t size);
    void lock(std::size_t offset, std::size_t size) noexcept;

public:
    /// Makes the object and initialises its header; the first of a process also removes what dead services
    /// have left behind. Throws std::runtime_error if there is no room in /dev/shm. [any but rt]
    SharedRegion();
    ~SharedRegion();
    SharedRegion(const SharedRegion&) = delete;
    SharedRegion& operator=(const SharedRegion&) = delete;

    [[nodiscard]] protocol::Region& memory() const noexcept
    {
        return *static_cast<protocol::Region*>(mapping_.get_address());
    }

    /// For shm_open(), without its leading slash; the file is /dev/shm/<name>.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Takes the name away; both sides keep their memory. A second call does nothing. [any but rt]
    void unlink() noexcept;

    /// Gets the memory for a plugin with as many channels, and keeps what the audio thread touches in every
    /// block from being paged out, best effort: a limit on locked memory (RLIMIT_MEMLOCK) only raises
    /// lock_failures(). Throws std::runtime_error if /dev/shm is full. [any but rt]
    void reserve(std::size_t inputs, std::size_t outputs);

    /// How often the system refused to lock a part. [any]
    [[nodiscard]] unsigned lock_failures() const noexcept
    {
        return lock_failures_.load(std::memory_order_relaxed);
    }
};

} // namespace decant::bridge
