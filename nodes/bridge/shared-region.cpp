// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/shared-region.hpp"

#include <algorithm>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <stdexcept>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace decant::bridge
{

namespace
{

namespace ipc = boost::interprocess;

/// The events of a block fit into as much, large SysEx messages aside.
constexpr std::size_t hot_event_bytes = 16 * 1024;

std::string own_prefix()
{
    return fmt::format("decant-{}-", getuid());
}

/// The names that services of this user have left behind whose process is no more.
void remove_stale_objects()
{
    const std::string prefix = own_prefix();
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/dev/shm", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix))
            continue;
        pid_t pid = 0;
        const char* const last = name.data() + name.size();
        const auto [rest, failure] = std::from_chars(name.data() + prefix.size(), last, pid);
        if (failure != std::errc() || rest == last || *rest != '-' || pid <= 0)
            continue;
        // One with our own number is a predecessor's: we have not made any yet.
        if (pid == getpid() || (kill(pid, 0) != 0 && errno == ESRCH))
            ipc::shared_memory_object::remove(name.c_str());
    }
}

} // namespace

SharedRegion::SharedRegion()
{
    static std::once_flag cleaned;
    std::call_once(cleaned, remove_stale_objects);
    static std::atomic<unsigned> serial = 0;
    name_ = fmt::format("{}{}-{}", own_prefix(), getpid(), ++serial);
    try {
        object_ = {ipc::create_only, name_.c_str(), ipc::read_write, ipc::permissions(0600)};
        object_.truncate(sizeof(protocol::Region));
        mapping_ = {object_, ipc::read_write};
    } catch (const ipc::interprocess_exception& error) {
        if (error.get_error_code() != ipc::already_exists_error)
            ipc::shared_memory_object::remove(name_.c_str());
        throw std::runtime_error(
            fmt::format("cannot make the shared memory /dev/shm/{} ({}): is /dev/shm mounted and writable?",
                        name_, error.what()));
    }
    try {
        allocate(0, offsetof(protocol::Region, events_in));
    } catch (...) {
        unlink();
        throw;
    }
    auto& region = memory(); // all zero
    region.magic = protocol::magic;
    region.version = protocol::version;
    region.size = sizeof(protocol::Region);
    region.service_pid = static_cast<std::uint32_t>(getpid());
    lock(0, offsetof(protocol::Region, to_host));
}

SharedRegion::~SharedRegion()
{
    unlink();
}

void SharedRegion::unlink() noexcept
{
    if (named_.exchange(false))
        ipc::shared_memory_object::remove(name_.c_str());
}

void SharedRegion::reserve(std::size_t inputs, std::size_t outputs)
{
    using protocol::Region;
    constexpr std::size_t channel_bytes = sizeof(Region::audio_in) / protocol::max_channels;
    const std::size_t input_bytes = std::min<std::size_t>(inputs, protocol::max_channels) * channel_bytes;
    const std::size_t output_bytes = std::min<std::size_t>(outputs, protocol::max_channels) * channel_bytes;
    allocate(offsetof(Region, events_in), sizeof(Region::events_in) + sizeof(Region::events_out));
    allocate(offsetof(Region, audio_in), input_bytes);
    allocate(offsetof(Region, audio_out), output_bytes);
    lock(offsetof(Region, events_in), hot_event_bytes);
    lock(offsetof(Region, events_out), hot_event_bytes);
    lock(offsetof(Region, audio_in), input_bytes);
    lock(offsetof(Region, audio_out), output_bytes);
}

/// A page that the file system has no room for would end the service with SIGBUS when it is touched: ask
/// before.
void SharedRegion::allocate(std::size_t offset, std::size_t size)
{
    if (size == 0)
        return;
    const int refusal = posix_fallocate(object_.get_mapping_handle().handle, static_cast<off_t>(offset),
                                        static_cast<off_t>(size));
    if (refusal != 0)
        throw std::runtime_error(
            fmt::format("no memory for the bridge in /dev/shm ({}): make room there or enlarge it "
                        "(`mount -o remount,size=... /dev/shm`); `df -h /dev/shm` tells how full it is",
                        std::generic_category().message(refusal)));
}

void SharedRegion::lock(std::size_t offset, std::size_t size) noexcept
{
    auto* const start = static_cast<std::byte*>(mapping_.get_address()) + offset;
    if (size == 0 || mlock(start, size) == 0)
        return;
    lock_failures_.fetch_add(1, std::memory_order_relaxed);
    // At least the first block finds its pages; they were allocated before, so this cannot fail for want of
    // memory.
    madvise(start, size, MADV_POPULATE_WRITE);
}

} // namespace decant::bridge
