// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/busy-cpus.hpp"

#include "service/doctor/probe/pace.hpp"

#include <cstddef>
#include <sys/mman.h>

namespace decant::doctor
{

BusyCpus::BusyCpus(const std::vector<unsigned>& cpus)
{
    for (const unsigned cpu : cpus)
        threads_.emplace_back([this, cpu] {
            take_place(cpu, 0);
            work();
        });
}

BusyCpus::~BusyCpus()
{
    ending_ = true;
}

void BusyCpus::work() noexcept
{
    // Memory that is taken, written and given back, so that the kernel has work too, and caches are cold.
    constexpr std::size_t bytes = 4 << 20;
    constexpr std::size_t page = 4096;
    while (!ending_) {
        void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            continue;
        for (std::size_t offset = 0; offset < bytes; offset += page)
            static_cast<volatile char*>(memory)[offset] = 1;
        munmap(memory, bytes);
    }
}

} // namespace decant::doctor
