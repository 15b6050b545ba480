// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/wish-box.hpp"

#include "service/hosts/running-host.hpp"

namespace decant::service
{

/// Leaves a wish, and wakes the thread wherever it sleeps.
template <class Change>
void WishBox::leave(Change change)
{
    const std::lock_guard lock(mutex_);
    change(wishes_);
    if (host_ != nullptr && ready_)
        host_->interrupt();
    else if (host_ != nullptr && wishes_.stop)
        host_->abandon();
    wished_.notify_all();
}

void WishBox::restart()
{
    leave([](HostWishes& wishes) { wishes.restart = true; });
}

void WishBox::stop()
{
    leave([](HostWishes& wishes) { wishes.stop = true; });
}

std::uint64_t WishBox::save()
{
    std::uint64_t ticket = 0;
    leave([&](HostWishes& wishes) { ticket = wishes.save = ++last_ticket_; });
    return ticket;
}

std::uint64_t WishBox::ask(HostWish wish)
{
    std::uint64_t ticket = 0;
    leave([&](HostWishes& wishes) {
        ticket = ++last_ticket_;
        wishes.asked.emplace_back(ticket, std::move(wish));
    });
    return ticket;
}

void WishBox::tell_change()
{
    leave([](HostWishes& wishes) { wishes.changed = true; });
}

void WishBox::set_values(std::map<std::string, double> values)
{
    leave([&](HostWishes& wishes) { wishes.values = std::move(values); });
}

void WishBox::set_spare(bool spare)
{
    leave([=](HostWishes& wishes) { wishes.spare = spare; });
}

void WishBox::set_format(HostFormat format)
{
    leave([&](HostWishes& wishes) {
        wishes.format = wishes.format || format != format_;
        format_ = format;
    });
}

pid_t WishBox::process() const
{
    const std::lock_guard lock(mutex_);
    return host_ != nullptr && ready_ ? host_->process() : 0;
}

HostWishes WishBox::take()
{
    const std::lock_guard lock(mutex_);
    HostWishes taken = std::exchange(wishes_, {});
    wishes_.stop = taken.stop;
    if (taken.restart)
        wishes_.asked = std::exchange(taken.asked, {});
    return taken;
}

HostFormat WishBox::take_format()
{
    const std::lock_guard lock(mutex_);
    wishes_.format = false;
    return format_;
}

bool WishBox::stopping() const
{
    const std::lock_guard lock(mutex_);
    return wishes_.stop;
}

void WishBox::wait_for_restart(std::optional<std::chrono::milliseconds> patience)
{
    const auto wished = [this] {
        return wishes_.stop || wishes_.restart;
    };
    std::unique_lock lock(mutex_);
    if (patience)
        wished_.wait_for(lock, *patience, wished);
    else
        wished_.wait(lock, wished);
    wishes_.restart = false;
    wishes_.asked.clear();
}

void WishBox::set_host(RunningHost* host)
{
    const std::lock_guard lock(mutex_);
    host_ = host;
    ready_ = false;
}

void WishBox::set_ready()
{
    const std::lock_guard lock(mutex_);
    ready_ = true;
}

} // namespace decant::service
