// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/process-memory.hpp"

#include <fstream>
#include <string>
#include <unistd.h>

namespace decant::service
{

std::uint64_t private_memory_of(pid_t process)
{
    // Wine's own DLLs are mapped by every host; what is shared says nothing about the plugin.
    std::ifstream file("/proc/" + std::to_string(process) + "/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::uint64_t shared = 0;
    if (!(file >> size >> resident >> shared) || shared > resident)
        return 0;
    return (resident - shared) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace decant::service
