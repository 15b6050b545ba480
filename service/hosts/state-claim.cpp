// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/state-claim.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace decant::service
{
namespace
{

struct ClaimedFiles {
    std::mutex mutex;
    std::condition_variable freed;
    std::set<std::filesystem::path> files;

    static ClaimedFiles& of_process()
    {
        static ClaimedFiles claimed;
        return claimed;
    }
};

} // namespace

StateClaim::StateClaim(const std::filesystem::path& file, const Progress& progress)
{
    constexpr std::chrono::milliseconds look{50};
    if (file.empty())
        return;
    auto& claimed = ClaimedFiles::of_process();
    std::unique_lock lock(claimed.mutex);
    while (!claimed.freed.wait_for(lock, look, [&] { return claimed.files.insert(file).second; }))
        if (progress.given_up())
            return;
    file_ = file;
}

StateClaim::~StateClaim()
{
    if (file_.empty())
        return;
    auto& claimed = ClaimedFiles::of_process();
    const std::lock_guard lock(claimed.mutex);
    claimed.files.erase(file_);
    claimed.freed.notify_all();
}

} // namespace decant::service
