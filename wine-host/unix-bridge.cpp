// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/unix-bridge.hpp"

#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace decant::host
{
namespace
{

constexpr const char* own_program = sizeof(void*) == 8 ? "decant-host64.exe" : "decant-host32.exe";

/// Where the Linux half lies. For a 32-bit host that depends on Wine.
constexpr const char* own_linux_half =
    sizeof(void*) == 8 ? "x86_64-unix/"
                       : "i386-unix/, if Wine has 32-bit libraries of its own, or else in x86_64-unix/";

} // namespace

namespace
{

constexpr std::size_t ready_stack = 512 * 1024;

/// From above, as Wine makes one page after the other usable. Returns where it begins.
[[gnu::noinline]] std::uintptr_t touch_stack() noexcept
{
    constexpr std::size_t page = 4096;
    volatile char stack[ready_stack];
    for (std::size_t end = ready_stack; end >= page; end -= page)
        stack[end - page] = 0;
    return reinterpret_cast<std::uintptr_t>(&stack);
}

} // namespace

UnixBridge::UnixBridge(const std::string& region_name)
{
    const HMODULE library = LoadLibraryW(L"decant-bridge.dll");
    if (library == nullptr)
        throw std::runtime_error("decant-bridge.dll cannot be loaded (" + windows_error(GetLastError()) +
                                 "): it must lie beside " + own_program +
                                 ", and WINEDLLPATH must name the directory "
                                 "above both; decantd sets it, reinstall Decant if files are missing");
    call_ = reinterpret_cast<Call>(reinterpret_cast<void*>(GetProcAddress(library, "decant_unix_call")));
    if (call_ == nullptr)
        throw std::runtime_error(
            "decant-bridge.dll is not Decant's, or of another version: reinstall Decant");

    OpenRegionCall opened{};
    if (region_name.size() >= opened.name.size())
        throw std::runtime_error("the name of the region is too long: " + region_name);
    std::copy(region_name.begin(), region_name.end(), opened.name.begin());
    const std::int32_t status = call(UnixCall::open_region, opened);
    if (status == unix_failed)
        throw std::runtime_error(opened.message.data());
    if (status != unix_done)
        throw std::runtime_error("Wine does not load decant-bridge.so (status " +
                                 hexadecimal(static_cast<std::uint32_t>(status)) +
                                 "): WINEDLLPATH must name the directory that has it in " + own_linux_half +
                                 "; reinstall Decant if it is missing");
    region_ = reinterpret_cast<protocol::Region*>(static_cast<std::uintptr_t>(opened.region));
    handle_ = opened.handle;
}

UnixBridge::~UnixBridge()
{
    CloseRegionCall closed{handle_};
    call(UnixCall::close_region, closed);
}

void UnixBridge::end_thread(void* thread) noexcept
{
    constexpr DWORD again_msec = 5; // for a thread that was just about to fall asleep
    LeaveRegionCall left{handle_};
    do {
        call(UnixCall::leave_region, left);
    } while (WaitForSingleObject(thread, again_msec) == WAIT_TIMEOUT);
    CloseHandle(thread);
}

std::uint32_t UnixBridge::offset_of(const protocol::Doorbell& bell) const noexcept
{
    return static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(&bell) -
                                      reinterpret_cast<const std::byte*>(region_));
}

std::optional<std::uint32_t> UnixBridge::next_block(std::uint32_t finished) noexcept
{
    NextBlockCall block{handle_, finished, finished};
    return call(UnixCall::next_block, block) == unix_done ? std::optional(block.number) : std::nullopt;
}

int UnixBridge::make_realtime(int priority) noexcept
{
    MakeRealtimeCall scheduling{priority, 0};
    return call(UnixCall::make_realtime, scheduling) == unix_done ? scheduling.priority : 0;
}

void UnixBridge::name_thread(const std::string& name) noexcept
{
    NameThreadCall named{};
    std::copy_n(name.begin(), std::min(name.size(), named.name.size() - 1), named.name.begin());
    call(UnixCall::name_thread, named);
}

void UnixBridge::release_stack() noexcept
{
    constexpr std::uintptr_t page = 4096;
    constexpr std::uintptr_t in_use = 8 * page; // by this function, and those that it calls
    MEMORY_BASIC_INFORMATION part{};
    const auto here = reinterpret_cast<std::uintptr_t>(&part);
    if (VirtualQuery(&part, &part, sizeof part) == 0)
        return;
    // What begins the stack are its guard pages; the part that we are in is the one that can be used.
    auto from = reinterpret_cast<std::uintptr_t>(part.AllocationBase);
    while (VirtualQuery(reinterpret_cast<void*>(from), &part, sizeof part) != 0 &&
           from + part.RegionSize <= here)
        from += part.RegionSize;
    const std::uintptr_t to = (here - in_use) / page * page;
    if (to <= from)
        return;
    ReleaseMemoryCall released{from, to - from};
    call(UnixCall::release_memory, released);
}

void UnixBridge::lock(std::span<const std::byte> memory) noexcept
{
    constexpr std::uintptr_t page = 4096;
    const auto start = reinterpret_cast<std::uintptr_t>(memory.data());
    const std::uintptr_t from = start / page * page;
    LockMemoryCall locked{from, start + memory.size() - from};
    call(UnixCall::lock_memory, locked);
}

void UnixBridge::lock_stack() noexcept
{
    lock(std::span(reinterpret_cast<const std::byte*>(touch_stack()), ready_stack));
}

void UnixBridge::wake(protocol::Doorbell& bell) noexcept
{
    WakeCall woken{handle_, offset_of(bell)};
    call(UnixCall::wake, woken);
}

bool UnixBridge::sleep(protocol::Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) noexcept
{
    // Without the service there is no process that could go on, see bridge-unix.cpp.
    SleepCall slept{deadline, handle_, offset_of(bell), seen, 0};
    return call(UnixCall::sleep, slept) == unix_done;
}

std::uint64_t UnixBridge::now() noexcept
{
    NowCall time{};
    call(UnixCall::now, time);
    return time.nsec;
}

} // namespace decant::host
