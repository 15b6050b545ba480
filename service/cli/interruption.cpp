// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/interruption.hpp"

#include <cstddef>
#include <stdexcept>

namespace decant::cli
{

namespace
{

volatile std::sig_atomic_t interrupted = 0;

} // namespace

Interruption::Interruption() noexcept
{
    interrupted = 0;
    struct sigaction notice{};
    notice.sa_handler = [](int) {
        interrupted = 1;
    };
    for (std::size_t i = 0; i < signals.size(); ++i) {
        sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &notice, nullptr);
    }
}

Interruption::~Interruption()
{
    for (std::size_t i = 0; i < signals.size(); ++i)
        sigaction(signals[i], &before_[i], nullptr);
}

void Interruption::check() const
{
    if (interrupted != 0)
        throw std::runtime_error("interrupted; nothing was written");
}

} // namespace decant::cli
