// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// decant-bridge.so: the Linux half of a host, and the only place in it that makes Linux calls. Wine loads it
// beside decant-bridge.dll and runs its functions on the calling Windows thread. It must not let an exception
// out, and none of its own threads may ever enter Windows code.

#include "wine-host/protocol/layout.hpp"
#include "wine-host/protocol/next-block.hpp"
#include "wine-host/unix-calls.hpp"
#include "wine-host/unix-threads.hpp"
#include "wine-host/unix-watch.hpp"

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <linux/futex.h>
#include <linux/time_types.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace decant::host
{
namespace
{

namespace interprocess = boost::interprocess;

/// The one with times of 64 bits, whatever the C library's are.
#ifdef SYS_futex_time64
constexpr long futex_call = SYS_futex_time64;
#else
constexpr long futex_call = SYS_futex;
#endif

/// A region that is open.
struct Mapping {
    explicit Mapping(interprocess::mapped_region memory)
        : memory_(std::move(memory)), region(static_cast<protocol::Region*>(memory_.get_address()))
    {
    }

private:
    interprocess::mapped_region memory_;

public:
    protocol::Region* const region;
    std::atomic<bool> left = false;
    std::uint64_t block_started = 0; ///< the audio thread's own
};

/// By handle. Windows code that has gone wild may pass any number, so it is looked up and not an address.
std::array<std::atomic<Mapping*>, most_regions> mappings;

/// Null if `handle` names none.
Mapping* mapping_of(std::uint32_t handle) noexcept
{
    return handle < mappings.size() ? mappings[handle].load(std::memory_order_acquire) : nullptr;
}

std::uint64_t monotonic_now() noexcept
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(time.tv_nsec);
}

void wake_all(protocol::Doorbell& bell) noexcept
{
    syscall(futex_call, &bell.value, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

/// Sleeps while the bell's value is `seen`, at most until `deadline`; may return early.
void sleep_on(const Mapping& mapping, protocol::Doorbell& bell, std::uint32_t seen,
              std::uint64_t deadline) noexcept
{
    const __kernel_timespec until{static_cast<__kernel_time64_t>(deadline / 1'000'000'000u),
                                  static_cast<long long>(deadline % 1'000'000'000u)};
    bell.sleepers.fetch_add(1, std::memory_order_seq_cst);
    if (bell.value.load(std::memory_order_seq_cst) == seen && !mapping.left.load(std::memory_order_seq_cst))
        syscall(futex_call, &bell.value, FUTEX_WAIT_BITSET, seen,
                deadline == never_expires ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
    bell.sleepers.fetch_sub(1, std::memory_order_seq_cst);
}

/// Null if `offset` is not the place of a bell.
protocol::Doorbell* bell_at(const Mapping& mapping, std::uint32_t offset) noexcept
{
    using protocol::Region;
    for (const std::size_t bell :
         {offsetof(Region, service_bell), offsetof(Region, host_bell), offsetof(Region, reply)}) {
        if (offset == bell)
            return reinterpret_cast<protocol::Doorbell*>(reinterpret_cast<std::byte*>(mapping.region) +
                                                         offset);
    }
    return nullptr;
}

/// Where a region may lie.
enum class Place : interprocess::map_options_t {
    anywhere = interprocess::default_map_options,
    low = MAP_32BIT, ///< below 2 GiB, where a 32-bit caller in a 64-bit process sees it
};

std::unique_ptr<Mapping> open_named_region(const char* name, Place place)
{
    const auto region_error = [name](const std::string& what) {
        return std::runtime_error("region " + std::string(name) + " " + what);
    };
    interprocess::mapped_region mapped;
    try {
        const interprocess::file_mapping file(name, interprocess::read_write);
        std::error_code error;
        if (std::filesystem::file_size(name, error) < sizeof(protocol::Region) || error)
            throw region_error(
                "is too small; the service and decant-host are of different versions, reinstall Decant");
        mapped = interprocess::mapped_region(file, interprocess::read_write, 0, sizeof(protocol::Region),
                                             nullptr, static_cast<interprocess::map_options_t>(place));
    } catch (const interprocess::interprocess_exception& error) {
        if (error.get_error_code() == interprocess::out_of_memory_error)
            throw region_error("finds no room in this process; give its plugins different host.group values");
        throw region_error("cannot be opened: " + std::string(error.what()) +
                           "; hosts are started by decantd, not by hand, and a decantd with file "
                           "capabilities (`getcap`) shows its regions to nobody");
    }
    auto* candidate = static_cast<protocol::Region*>(mapped.get_address());
    if (candidate->magic != protocol::magic)
        throw region_error("is no region of Decant");
    if (candidate->version != protocol::version)
        throw region_error("has version " + std::to_string(candidate->version) +
                           ", this host speaks version " + std::to_string(protocol::version) +
                           "; reinstall Decant and restart decantd");
    if (candidate->size != sizeof(protocol::Region))
        throw region_error("has another layout; reinstall Decant and restart decantd");
    const auto service_pid = static_cast<pid_t>(candidate->service_pid);
    const int service = service_pid > 0 ? open_process(service_pid) : (errno = ESRCH, -1);
    if (service < 0)
        throw region_error("belongs to process " + std::to_string(service_pid) +
                           ", which cannot be watched: " + std::strerror(errno));
    static std::atomic<bool> watching = false;
    if (!watching.exchange(true))
        watch(service, open_process(getppid())); // without a parent there is nothing to watch
    else
        close(service);
    return std::make_unique<Mapping>(std::move(mapped));
}

/// Throws std::runtime_error if there is none left.
std::uint32_t give_handle(std::unique_ptr<Mapping> mapping)
{
    for (std::uint32_t handle = 0; handle < mappings.size(); ++handle) {
        Mapping* none = nullptr;
        if (mappings[handle].compare_exchange_strong(none, mapping.get())) {
            (void)mapping.release(); // NOLINT(bugprone-unused-return-value): the table has it now
            return handle;
        }
    }
    throw std::runtime_error("this process has " + std::to_string(most_regions - 1) +
                             " plugins, and cannot take more; give some of them another host.group");
}

std::int32_t open_region(void* parameters, Place place) noexcept
{
    auto& call = *static_cast<OpenRegionCall*>(parameters);
    call.name.back() = '\0';
    try {
        auto mapping = open_named_region(call.name.data(), place);
        call.region = reinterpret_cast<std::uintptr_t>(mapping->region);
        call.handle = give_handle(std::move(mapping));
    } catch (const std::exception& error) {
        std::snprintf(call.message.data(), call.message.size(), "%s", error.what());
        return unix_failed;
    }
    return unix_done;
}

std::int32_t open_region_anywhere(void* parameters) noexcept
{
    return open_region(parameters, Place::anywhere);
}

std::int32_t open_region_low(void* parameters) noexcept
{
    return open_region(parameters, Place::low);
}

std::int32_t leave_region(void* parameters) noexcept
{
    Mapping* mapping = mapping_of(static_cast<const LeaveRegionCall*>(parameters)->handle);
    if (mapping == nullptr)
        return unix_failed;
    mapping->left.store(true, std::memory_order_seq_cst);
    wake_all(mapping->region->host_bell);
    wake_all(mapping->region->request);
    return unix_done;
}

std::int32_t close_region(void* parameters) noexcept
{
    const std::uint32_t handle = static_cast<const CloseRegionCall*>(parameters)->handle;
    if (mapping_of(handle) == nullptr)
        return unix_failed;
    const std::unique_ptr<Mapping> closed(mappings[handle].exchange(nullptr));
    return unix_done;
}

/// How the audio thread sleeps until there is a block, or the region is left.
class AudioRope
{
    const Mapping& mapping_;

public:
    explicit AudioRope(const Mapping& mapping) noexcept : mapping_(mapping) {}

    void wake(protocol::Doorbell& bell) noexcept { wake_all(bell); }

    [[nodiscard]] bool sleep(protocol::Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) noexcept
    {
        sleep_on(mapping_, bell, seen, deadline);
        return !mapping_.left.load(std::memory_order_acquire);
    }

    [[nodiscard]] std::uint64_t now() noexcept { return monotonic_now(); }
};

/// The one call of the audio thread.
std::int32_t next_block(void* parameters) noexcept
{
    auto& call = *static_cast<NextBlockCall*>(parameters);
    Mapping* mapping = mapping_of(call.handle);
    if (mapping == nullptr)
        return unix_failed;
    protocol::Region* const region = mapping->region;
    if (region->audio_thread.load(std::memory_order_relaxed) == 0)
        region->audio_thread.store(static_cast<std::uint32_t>(syscall(SYS_gettid)),
                                   std::memory_order_release);

    const protocol::PollWindow window = call.finished != 0 ? region->block.next : protocol::PollWindow{};
    region->result.plugin_nsec = monotonic_now() - mapping->block_started;
    region->reply.value.store(call.finished, std::memory_order_seq_cst);
    AudioRope rope(*mapping);
    if (region->reply.sleepers.load(std::memory_order_seq_cst) != 0)
        rope.wake(region->reply);

    const auto number = protocol::await_block(rope, region->request, call.finished, window);
    if (!number)
        return unix_left;
    call.number = *number;
    mapping->block_started = monotonic_now();
    return unix_done;
}

std::int32_t wake(void* parameters) noexcept
{
    const auto& call = *static_cast<const WakeCall*>(parameters);
    const Mapping* mapping = mapping_of(call.handle);
    protocol::Doorbell* bell = mapping != nullptr ? bell_at(*mapping, call.bell) : nullptr;
    if (bell == nullptr)
        return unix_failed;
    wake_all(*bell);
    return unix_done;
}

std::int32_t sleep(void* parameters) noexcept
{
    const auto& call = *static_cast<const SleepCall*>(parameters);
    const Mapping* mapping = mapping_of(call.handle);
    protocol::Doorbell* bell = mapping != nullptr ? bell_at(*mapping, call.bell) : nullptr;
    if (bell == nullptr)
        return unix_failed;
    sleep_on(*mapping, *bell, call.seen, call.deadline);
    return mapping->left.load(std::memory_order_acquire) ? unix_left : unix_done;
}

std::int32_t now(void* parameters) noexcept
{
    static_cast<NowCall*>(parameters)->nsec = monotonic_now();
    return unix_done;
}

std::int32_t release_memory(void* parameters) noexcept
{
    const auto& call = *static_cast<const ReleaseMemoryCall*>(parameters);
    // A pointer of Windows, which for 32 bits is a number. NOLINTNEXTLINE(performance-no-int-to-ptr)
    void* const pages = reinterpret_cast<void*>(static_cast<std::uintptr_t>(call.address));
    return madvise(pages, static_cast<std::size_t>(call.size), MADV_DONTNEED) == 0 ? unix_done : unix_failed;
}

std::int32_t lock_memory(void* parameters) noexcept
{
    const auto& call = *static_cast<const LockMemoryCall*>(parameters);
    // As above. NOLINTNEXTLINE(performance-no-int-to-ptr)
    void* const start = reinterpret_cast<void*>(static_cast<std::uintptr_t>(call.address));
    const auto size = static_cast<std::size_t>(call.size);
    if (mlock(start, size) == 0)
        return unix_done;
    madvise(start, size, MADV_POPULATE_WRITE); // at least the first block finds its pages
    return unix_failed;
}

} // namespace
} // namespace decant::host

using UnixFunction = std::int32_t (*)(void*) noexcept;

// In the order of UnixCall. Wine looks both tables up by name: the first one serves callers of our own width,
// the second one 32-bit callers of a 64-bit Wine. The structures are the same for all, and so are the
// functions but the one that says where a region lies.
#define DECANT_UNIX_FUNCTIONS(open_region)                                                                   \
    {decant::host::open_region,  decant::host::leave_region,                                                 \
     decant::host::close_region, decant::host::next_block,                                                   \
     decant::host::wake,         decant::host::sleep,                                                        \
     decant::host::now,          decant::host::make_realtime,                                                \
     decant::host::name_thread,  decant::host::release_memory,                                               \
     decant::host::thread_id,    decant::host::schedule_thread,                                              \
     decant::host::lock_memory}
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
[[gnu::visibility("default")]] extern const UnixFunction __wine_unix_call_funcs[];
[[gnu::visibility("default")]] extern const UnixFunction __wine_unix_call_wow64_funcs[];
const UnixFunction __wine_unix_call_funcs[decant::host::unix_call_count] =
    DECANT_UNIX_FUNCTIONS(open_region_anywhere);
const UnixFunction __wine_unix_call_wow64_funcs[decant::host::unix_call_count] =
    DECANT_UNIX_FUNCTIONS(open_region_low);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
