// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/shared-region.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace decant::bridge
{

namespace
{

/// The events of a block fit into as much, large SysEx messages aside.
constexpr std::size_t hot_event_bytes = 16 * 1024;

/// Memory that nobody is to run, which Linux 6.3 and later want to be told.
int make_file() noexcept
{
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    constexpr unsigned noexec_seal = 8; // MFD_NOEXEC_SEAL, which glibc 2.36 does not know yet
    const int fd = memfd_create("decant-region", flags | noexec_seal);
    return fd < 0 && errno == EINVAL ? memfd_create("decant-region", flags) : fd;
}

std::runtime_error no_memory(int error)
{
    return std::runtime_error(
        fmt::format("no memory for the bridge ({}): close what needs much of it, or raise the limit of the "
                    "service (MemoryMax, LimitNOFILE and LimitFSIZE in systemd.exec(5))",
                    std::generic_category().message(error)));
}

} // namespace

SharedRegion::SealedFile::SealedFile(std::size_t size) : fd_(make_file())
{
    if (fd_ < 0)
        throw no_memory(errno);
    // The last seal keeps everybody from adding others, such as one against our own writing.
    if (fchmod(fd_, 0600) != 0 || ftruncate(fd_, static_cast<off_t>(size)) != 0 ||
        fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        const int error = errno;
        close(fd_);
        throw no_memory(error);
    }
}

SharedRegion::SealedFile::~SealedFile()
{
    close(fd_);
}

SharedRegion::SharedRegion()
try : file_(sizeof(protocol::Region)), mapping_(file_, boost::interprocess::read_write) {
    allocate(0, offsetof(protocol::Region, events_in));
    auto& region = memory(); // all zero
    region.magic = protocol::magic;
    region.version = protocol::version;
    region.size = sizeof(protocol::Region);
    region.service_pid = static_cast<std::uint32_t>(getpid());
    lock(0, offsetof(protocol::Region, to_host));
} catch (const boost::interprocess::interprocess_exception& error) {
    throw no_memory(error.get_native_error());
}

std::string SharedRegion::name() const
{
    return fmt::format("/proc/{}/fd/{}", getpid(), file_.fd());
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

/// A page that the system has no memory for would end the service with SIGBUS when it is touched: ask before.
void SharedRegion::allocate(std::size_t offset, std::size_t size)
{
    if (size == 0)
        return;
    const int refusal = posix_fallocate(file_.fd(), static_cast<off_t>(offset), static_cast<off_t>(size));
    if (refusal != 0)
        throw no_memory(refusal);
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
