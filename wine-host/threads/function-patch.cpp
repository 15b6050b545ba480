// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/threads/function-patch.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace decant::host
{
namespace
{

using Byte = std::uint8_t;

bool begins_with(const void* function, std::span<const Byte> bytes) noexcept
{
    return std::memcmp(function, bytes.data(), bytes.size()) == 0;
}

bool overwrite(void* place, std::span<const Byte> bytes) noexcept
{
    DWORD before = 0;
    if (VirtualProtect(place, bytes.size(), PAGE_EXECUTE_READWRITE, &before) == 0)
        return false;
    std::memcpy(place, bytes.data(), bytes.size());
    VirtualProtect(place, bytes.size(), before, &before);
    FlushInstructionCache(GetCurrentProcess(), place, bytes.size());
    return true;
}

/// A page for code, within two gigabytes of `place`, so that a short jump reaches it. Null if there is none.
Byte* page_near(const void* place) noexcept
{
    constexpr std::uintptr_t step = 64 * 1024; // of addresses that VirtualAlloc takes
    constexpr std::uintptr_t reach = 1U << 30;
    const std::uintptr_t middle = reinterpret_cast<std::uintptr_t>(place) & ~(step - 1);
    for (std::uintptr_t distance = step; distance < reach; distance += step)
        for (const std::uintptr_t address : {middle - distance, middle + distance})
            if (void* page = VirtualAlloc(reinterpret_cast<void*>(address), 4096, MEM_RESERVE | MEM_COMMIT,
                                          PAGE_EXECUTE_READWRITE))
                return static_cast<Byte*>(page);
    return nullptr;
}

/// jmp rel32
std::array<Byte, 5> short_jump(const Byte* from, const Byte* to) noexcept
{
    std::array<Byte, 5> code{0xe9};
    const auto distance = static_cast<std::int32_t>(to - (from + code.size()));
    std::memcpy(&code[1], &distance, sizeof distance);
    return code;
}

#ifdef _WIN64
/// jmp [rip+0], and the address
std::array<Byte, 14> long_jump(const void* to) noexcept
{
    std::array<Byte, 14> code{0xff, 0x25};
    std::memcpy(&code[6], &to, sizeof to);
    return code;
}
#endif

} // namespace

#ifdef _WIN64

void* patch_function(void* function, void* replacement) noexcept
{
    constexpr std::array<Byte, 8> nothing{0x48, 0x8d, 0xa4, 0x24}; // lea 0(%rsp), %rsp
    if (function == nullptr || !begins_with(function, nothing))
        return nullptr;
    Byte* const page = page_near(function);
    if (page == nullptr)
        return nullptr;
    std::ranges::copy(long_jump(replacement), page);
    FlushInstructionCache(GetCurrentProcess(), page, 4096);
    auto* const place = static_cast<Byte*>(function);
    return overwrite(place, short_jump(place, page)) ? place + nothing.size() : nullptr;
}

void* patch_system_call(void* function, void* replacement) noexcept
{
    constexpr std::array<Byte, 4> start{0x4c, 0x8b, 0xd1, 0xb8}; // mov %rcx, %r10; mov $number, %eax
    // Wine's are of this size since 5.x, and know no place but absolute ones and their own.
    constexpr std::size_t size = 32;
    if (function == nullptr || !begins_with(function, start) ||
        !begins_with(static_cast<Byte*>(function) + size, start))
        return nullptr;
    Byte* const page = page_near(function);
    if (page == nullptr)
        return nullptr;
    std::memcpy(page, function, size);
    FlushInstructionCache(GetCurrentProcess(), page, 4096);
    return overwrite(function, long_jump(replacement)) ? page : nullptr;
}

#else

void* patch_function(void* function, void* replacement) noexcept
{
    // mov %edi, %edi; push %ebp; mov %esp, %ebp
    constexpr std::array<Byte, 5> start{0x8b, 0xff, 0x55, 0x8b, 0xec};
    if (function == nullptr || !begins_with(function, start))
        return nullptr;
    Byte* const page = page_near(function);
    if (page == nullptr)
        return nullptr;
    auto* const place = static_cast<Byte*>(function);
    std::ranges::copy(start, page);
    std::ranges::copy(short_jump(page + start.size(), place + start.size()), page + start.size());
    FlushInstructionCache(GetCurrentProcess(), page, 4096);
    return overwrite(place, short_jump(place, static_cast<Byte*>(replacement))) ? page : nullptr;
}

/// Their shape differs from Wine to Wine there, and who calls them directly has 64 bits as a rule.
void* patch_system_call(void*, void*) noexcept
{
    return nullptr;
}

#endif

} // namespace decant::host
