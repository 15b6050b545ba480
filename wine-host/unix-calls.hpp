// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// What crosses between the Windows half of a host (decant-bridge.dll) and its Linux half (decant-bridge.so).
/// Numbers of fixed width and no pointers: the same bytes for 32-bit and 64-bit callers, so that one set of
/// functions serves both of Wine's tables.
namespace decant::host
{

/// Index into the tables of functions.
enum class UnixCall : std::uint32_t {
    open_region,
    leave_region,
    close_region,
    next_block,
    wake,
    sleep,
    now,
    make_realtime,
    name_thread,
    release_memory,
    thread_id,
    schedule_thread,
    lock_memory,
};
inline constexpr std::uint32_t unix_call_count = 13;

/// Regions that a process has open at the same time: one per plugin, and one of a group.
inline constexpr std::uint32_t most_regions = 257;

/// Maps a region. The first one also begins the watch over the service: the process ends at once when the
/// service does. Returns unix_failed, with a message for people, if the region is none of ours.
struct OpenRegionCall {
    std::array<char, 256> name;    ///< path, zero-terminated
    std::uint64_t region;          ///< out: address, one that the caller's pointers hold
    std::array<char, 512> message; ///< out: what is wrong and what to do
    std::uint32_t handle;          ///< out: names the region in all other calls
    std::uint32_t reserved;
};

/// Ends every sleep in a region, and every later one: next_block and sleep return unix_left. A thread that is
/// just about to fall asleep may miss it: repeat until it has ended.
struct LeaveRegionCall {
    std::uint32_t handle;
};

/// Unmaps a region that no thread uses any more; the handle may come again.
struct CloseRegionCall {
    std::uint32_t handle;
};

/// Publishes the reply to the block with the number `finished`, wakes the service if it sleeps, and returns
/// when the number of the request is another one, for which it looks without sleeping when the service has
/// said that it is likely to come. Zero is the number before the first block.
struct NextBlockCall {
    std::uint32_t handle;
    std::uint32_t finished;
    std::uint32_t number; ///< out: the block to be answered now
};

/// Wakes whoever sleeps on a bell.
struct WakeCall {
    std::uint32_t handle;
    std::uint32_t bell; ///< offset of the Doorbell in the region
};

/// Sleeps until the bell's value is not `seen`, or until the deadline. May return early.
struct SleepCall {
    std::uint64_t deadline; ///< CLOCK_MONOTONIC in ns; never_expires for none
    std::uint32_t handle;
    std::uint32_t bell; ///< offset of the Doorbell in the region
    std::uint32_t seen;
    std::uint32_t reserved;
};
inline constexpr std::uint64_t never_expires = ~std::uint64_t{0};

struct NowCall {
    std::uint64_t nsec; ///< out: CLOCK_MONOTONIC
};

/// Gives the calling thread SCHED_FIFO, with the wanted priority or the highest below it that is allowed.
/// Returns unix_failed, with `error` set, if none is.
struct MakeRealtimeCall {
    std::int32_t priority; ///< in: 1..99, out: as granted
    std::int32_t error;    ///< out: errno
};

/// Names the calling thread for top, htop and perf.
struct NameThreadCall {
    std::array<char, 16> name; ///< zero-terminated
};

/// Gives whole pages back to the system, without giving up their addresses: they read as zero.
struct ReleaseMemoryCall {
    std::uint64_t address;
    std::uint64_t size; ///< bytes
};

/// Makes memory present, and keeps it so as far as the limit "memlock" goes. Returns unix_failed if it is not
/// kept.
struct LockMemoryCall {
    std::uint64_t address;
    std::uint64_t size; ///< bytes
};

/// The number that Linux has for the calling thread.
struct ThreadIdCall {
    std::int32_t thread; ///< out
};

enum class ThreadPolicy : std::int32_t { other, fifo, round_robin };

/// Schedules a thread of this process as wanted, or with the highest real-time priority below it that is
/// allowed. Returns unix_failed, with `error` set, if it stays as it was.
struct ScheduleThreadCall {
    std::int32_t thread;
    ThreadPolicy policy;
    std::int32_t priority; ///< 1..99 if real-time
    std::int32_t nice;     ///< -20..19 if not
    std::int32_t error;    ///< out: errno
};

// Four compilers agree on these: mingw-w64 and g++, at both widths.
static_assert(sizeof(OpenRegionCall) == 784 && sizeof(LeaveRegionCall) == 4 && sizeof(CloseRegionCall) == 4);
static_assert(offsetof(OpenRegionCall, region) == 256 && offsetof(OpenRegionCall, message) == 264);
static_assert(offsetof(OpenRegionCall, handle) == 776);
static_assert(sizeof(NextBlockCall) == 12 && offsetof(NextBlockCall, finished) == 4);
static_assert(offsetof(NextBlockCall, number) == 8);
static_assert(sizeof(WakeCall) == 8 && offsetof(WakeCall, bell) == 4);
static_assert(sizeof(SleepCall) == 24 && offsetof(SleepCall, handle) == 8 && offsetof(SleepCall, bell) == 12);
static_assert(offsetof(SleepCall, seen) == 16);
static_assert(sizeof(NowCall) == 8 && sizeof(NameThreadCall) == 16);
static_assert(sizeof(MakeRealtimeCall) == 8 && offsetof(MakeRealtimeCall, error) == 4);
static_assert(sizeof(ReleaseMemoryCall) == 16 && offsetof(ReleaseMemoryCall, size) == 8);
static_assert(sizeof(LockMemoryCall) == 16 && offsetof(LockMemoryCall, size) == 8);
static_assert(sizeof(ThreadIdCall) == 4 && sizeof(ScheduleThreadCall) == 20);
static_assert(offsetof(ScheduleThreadCall, priority) == 8 && offsetof(ScheduleThreadCall, error) == 16);

/// What a call returns, beside the NTSTATUS of a bridge that has no Linux half.
enum UnixStatus : std::int32_t { unix_done = 0, unix_failed = 1, unix_left = 2 };

} // namespace decant::host
