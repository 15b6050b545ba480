// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/cpu-latency.hpp"

#include "service/log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace decant::service
{

CpuLatency::CpuLatency(std::filesystem::path file) : file_(std::move(file)) {}

CpuLatency::~CpuLatency()
{
    release();
}

void CpuLatency::set(std::optional<std::uint32_t> usec)
{
    if (usec_ == usec)
        return;
    release();
    usec_ = usec;
    update(playing_);
}

void CpuLatency::update(bool playing)
{
    playing_ = playing;
    if (playing && usec_ && !held())
        hold();
    else if (!playing)
        release();
}

void CpuLatency::hold()
{
    const auto usec = static_cast<std::int32_t>(*usec_); // the kernel's own form, of four bytes
    descriptor_ = open(file_.c_str(), O_WRONLY | O_CLOEXEC);
    int error = descriptor_ < 0 ? errno : 0;
    if (error == 0 && write(descriptor_, &usec, sizeof usec) != sizeof usec) {
        error = errno;
        release();
    }
    if (error == 0) {
        log(Severity::info,
            fmt::format("while something plays, CPUs sleep no deeper than they wake from within {} us "
                        "(cpu.dma-latency)",
                        usec));
        told_ = 0;
    } else if (std::exchange(told_, error) != error && error != EACCES && error != EPERM && error != ENOENT) {
        // That one may not is how it is by default; decant doctor says what to do where it matters.
        log(Severity::warning,
            fmt::format("{} cannot be used ({}): CPUs may sleep deeply between two blocks; "
                        "'decant doctor' tells whether that matters here",
                        file_.string(), std::strerror(error)));
    }
}

void CpuLatency::release() noexcept
{
    if (descriptor_ >= 0)
        close(std::exchange(descriptor_, -1));
}

} // namespace decant::service
