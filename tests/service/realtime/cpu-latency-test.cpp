// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/cpu-latency.hpp"

#include "tests/support/scratch-directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>

using decant::service::CpuLatency;

namespace
{

/// In place of /dev/cpu_dma_latency.
struct Device {
    decant::tests::ScratchDirectory directory;
    std::filesystem::path path = directory.path() / "cpu_dma_latency";

    Device() { write(-1); }

    void write(std::int32_t usec) const
    {
        std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&usec), sizeof usec);
    }
    [[nodiscard]] std::int32_t written() const
    {
        std::int32_t usec = -2;
        std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(&usec), sizeof usec);
        return usec;
    }
};

} // namespace

TEST_CASE("the CPUs are kept awake while something plays, and no longer")
{
    const Device device;
    CpuLatency latency(device.path);
    latency.set(20);
    CHECK_FALSE(latency.held());
    latency.update(true);
    CHECK(latency.held());
    CHECK(device.written() == 20);
    latency.update(false);
    CHECK_FALSE(latency.held());
}

TEST_CASE("another latency counts at once, and none lets them sleep")
{
    const Device device;
    CpuLatency latency(device.path);
    latency.set(0);
    latency.update(true);
    CHECK(device.written() == 0);
    latency.set(50);
    CHECK(device.written() == 50);
    latency.set(std::nullopt);
    CHECK_FALSE(latency.held());
    latency.update(true);
    CHECK_FALSE(latency.held());
}

TEST_CASE("without the right to it, or without the device, music plays all the same")
{
    const Device device;
    CpuLatency latency(device.directory.path() / "missing" / "cpu_dma_latency");
    latency.set(0);
    latency.update(true);
    CHECK_FALSE(latency.held());
}
