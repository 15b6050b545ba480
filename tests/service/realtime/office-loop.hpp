// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/realtime/rights-office.hpp"

#include <deque>
#include <functional>
#include <mutex>

namespace decant::tests
{

/// The main loop, as far as anybody needs it who asks for rights.
struct OfficeLoop {
    std::mutex mutex;
    std::deque<std::function<void()>> work;

    [[nodiscard]] service::RightsOffice::Post post()
    {
        return [this](std::function<void()> each) {
            const std::lock_guard lock(mutex);
            work.push_back(std::move(each));
        };
    }

    void run()
    {
        std::deque<std::function<void()>> now;
        {
            const std::lock_guard lock(mutex);
            now.swap(work);
        }
        for (const auto& each : now)
            each();
    }
};

} // namespace decant::tests
