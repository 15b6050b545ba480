// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/host-process.hpp"

#include "service/hosts/host-scope.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <tuple>
#include <utility>

namespace decant::service
{
namespace
{

HostCommand with_region(HostCommand command, const std::string& option, const bridge::SharedRegion& region)
{
    command.arguments.insert(command.arguments.end(), {option, region.name()});
    if (!command.title.empty())
        command.arguments.insert(command.arguments.end(), {"--title", command.title});
    return command;
}

} // namespace

std::shared_ptr<HostProcess> HostProcess::start(const HostCommand& command,
                                                const bridge::SharedRegion& region, Member& member)
{
    return std::shared_ptr<HostProcess>(new HostProcess(command, nullptr, region, {&member}));
}

std::shared_ptr<HostProcess> HostProcess::start_spare(const HostCommand& command)
{
    HostCommand untitled = command;
    untitled.title.clear();
    return start_for_all(untitled, {});
}

std::shared_ptr<HostProcess> HostProcess::start_for_all(const HostCommand& command,
                                                        std::vector<Member*> members)
{
    auto region = std::make_shared<bridge::SharedRegion>();
    const auto& same = *region;
    return std::shared_ptr<HostProcess>(
        new HostProcess(command, std::move(region), same, std::move(members)));
}

std::shared_ptr<HostProcess> HostProcess::join(const std::string& group, const HostCommand& command,
                                               Member& member)
{
    using Key = std::tuple<std::string, std::vector<std::string>, std::map<std::string, std::string>>;
    static std::mutex mutex;
    static std::map<Key, std::weak_ptr<HostProcess>> groups;

    const std::lock_guard lock(mutex);
    auto& known = groups[{group, command.arguments, command.environment}];
    if (auto process = known.lock(); process && process->enter(member))
        return process;
    auto process = start_for_all(command, {&member});
    known = process;
    return process;
}

HostProcess::HostProcess(const HostCommand& command, std::shared_ptr<bridge::SharedRegion> own,
                         const bridge::SharedRegion& region, std::vector<Member*> members)
    : region_(std::move(own)), members_(std::move(members)),
      process_(
          with_region(command, region_ ? "--group" : "--region", region),
          [this](std::string_view line) { take_line(line); }, [this](const std::string&) { ended(); })
{
    // Without a title it is nobody's, such as a spare one or that of a command.
    if (!command.title.empty())
        put_into_scope(pid(), command.title);
    if (!region_)
        return;
    const std::lock_guard lock(mutex_);
    link_.emplace(region_);
    if (closed_)
        link_->host_gone();
}

bool HostProcess::enter(Member& member)
{
    const std::lock_guard lock(mutex_);
    if (closed_)
        return false;
    members_.push_back(&member);
    return true;
}

bool HostProcess::running() const
{
    const std::lock_guard lock(mutex_);
    return !closed_;
}

void HostProcess::open(const bridge::SharedRegion& region, const std::string& title,
                       std::chrono::milliseconds hello_patience)
{
    if (!link_)
        return;
    if (!std::exchange(greeted_, true))
        link_->wait_hello(hello_patience);
    link_->open(region.name(), title);
    if (!title.empty())
        put_into_scope(pid(), title);
}

bool HostProcess::started()
{
    const std::lock_guard turn(turn_);
    return greeted_ || (link_ && link_->wait_activity(0) == bridge::HostLink::Activity::message);
}

void HostProcess::leave(Member& member, std::chrono::milliseconds patience) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        std::erase(members_, &member);
        std::erase(abandoned_, &member);
        if (!members_.empty() || std::exchange(closed_, true))
            return;
    }
    end(patience);
}

void HostProcess::end(std::chrono::milliseconds patience) noexcept
{
    try {
        if (link_)
            link_->quit(patience);
        if (process_.wait(patience))
            return;
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // It is to be gone; whether it agrees matters no more.
    }
    process_.kill();
}

/// `mutex_` is locked.
void HostProcess::blame_first(const Member& member)
{
    if (to_blame_ != nullptr)
        return;
    to_blame_ = &member;
    to_blame_name_ = member.name();
}

void HostProcess::blame(const Member& member) noexcept
{
    const std::lock_guard lock(mutex_);
    blame_first(member);
}

void HostProcess::kill(const Member& member) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(closed_, true))
            blame_first(member);
    }
    process_.kill();
}

void HostProcess::abandon(const Member& member) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        if (std::find(abandoned_.begin(), abandoned_.end(), &member) == abandoned_.end())
            abandoned_.push_back(&member);
        if (abandoned_.size() < members_.size())
            return;
        closed_ = true;
    }
    process_.kill();
}

std::optional<std::string> HostProcess::wait(std::chrono::milliseconds patience)
{
    return process_.wait(patience);
}

std::optional<std::string> HostProcess::other_to_blame(const Member& member) const
{
    const std::lock_guard lock(mutex_);
    return to_blame_ != nullptr && to_blame_ != &member ? std::optional(to_blame_name_) : std::nullopt;
}

std::string HostProcess::last_words() const
{
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& line : last_lines_)
        text += "\n  " + line;
    return text;
}

void HostProcess::take_line(std::string_view line)
{
    constexpr std::size_t most = 5;
    const std::lock_guard lock(mutex_);
    last_lines_.emplace_back(line);
    if (last_lines_.size() > most)
        last_lines_.pop_front();
    if (!members_.empty())
        members_.front()->take_line(line);
}

void HostProcess::ended()
{
    const std::lock_guard lock(mutex_);
    closed_ = true;
    const auto culprit = std::find_if(members_.begin(), members_.end(),
                                      [](const Member* member) { return member->crashed(); });
    if (culprit != members_.end())
        blame_first(**culprit);
    if (link_)
        link_->host_gone();
    for (auto* member : members_)
        member->process_ended();
}

} // namespace decant::service
