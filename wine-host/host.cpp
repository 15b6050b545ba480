// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/host.hpp"

#include "wine-host/text.hpp"
#include "wine-host/threads/priority-hooks.hpp"
#include "wine-host/threads/thread-priorities.hpp"
#include "wine-host/threads/wish-table.hpp"

#include <windows.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::MessageType;

void pump_windows()
{
    // Not without end: a plugin that posts a message for each one it gets must not keep the service waiting.
    constexpr int most_at_once = 100;
    MSG message;
    for (int i = 0; i < most_at_once && PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0; ++i) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
}

/// While an audio thread is waited for: its plugin may wait for the main thread in its process call.
void idle()
{
    MsgWaitForMultipleObjectsEx(0, nullptr, 1, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
    pump_windows();
}

} // namespace

Host::Host(const Options& options)
    : options_(options), main_thread_(GetCurrentThreadId()),
      event_(CreateEventW(nullptr, FALSE, FALSE, nullptr))
{
    set_crash_listener(*this);
    install_crash_handler();
    instances_.reserve(most_regions); // so that a crash on another thread never finds it on the move
    auto& bridge = options_.group.empty() ? add(options_.region).bridge()
                                          : group_.emplace(options_.group, event_).bridge;
    if (!options_.title.empty())
        bridge.name_thread(options_.title);
    bridge.release_stack();
    follow_thread_priorities(options_.rt_priority, bridge);
    if (group_)
        group_->greet();
    else
        instances_.front()->greet();
}

Instance& Host::add(const std::string& region)
{
    return *instances_.emplace_back(std::make_unique<Instance>(region, options_.rt_priority, event_, idle));
}

void Host::run()
{
    while (!finished_) {
        pump_windows();
        tell_refusals();
        if (!work())
            wait();
    }
}

/// The service may be able to do what this process may not.
void Host::tell_refusals()
{
    auto& wishes = thread_priorities::wishes();
    if (!wishes.take_news())
        return;
    std::vector<WishTable::Refusal> refused(WishTable::places);
    refused.resize(wishes.refusals(refused));
    refusals_.threads.clear();
    for (const auto& each : refused)
        refusals_.threads.push_back(
            {static_cast<std::uint32_t>(each.thread), static_cast<std::uint32_t>(each.priority)});
    ++refusals_.serial;
    for (auto& instance : instances_)
        instance->tell(refusals_);
}

/// One thing for each plugin, so that none has to wait for more than the others' one.
bool Host::work()
{
    bool worked = group_ && work_for_group();
    for (auto& instance : instances_)
        if (work(*instance))
            worked = true;
    remove_finished();
    return worked;
}

bool Host::work(Instance& instance)
{
    try {
        return instance.work();
    } catch (const std::runtime_error& error) {
        if (!group_)
            throw;
        print_error("decant-host: " + std::string(error.what()));
        instance.give_up();
        return true;
    }
}

bool Host::work_for_group()
{
    if (const auto message = group_->control.next_message()) {
        serve_group(*message);
        return true;
    }
    if (group_->control.broken())
        throw std::runtime_error("the service does not keep to the protocol; reinstall Decant");
    return false;
}

void Host::serve_group(const protocol::Message& message)
{
    protocol::WireReader request(message.payload);
    switch (message.type) {
    case MessageType::open:
        try {
            const std::string region = request.get_text();
            const std::string title = request.get_text();
            auto& instance = add(region);
            if (!title.empty())
                instance.bridge().name_thread(title);
            instance.greet();
            instance.tell(refusals_);
            group_->send(MessageType::done, message.id);
        } catch (const std::exception& error) {
            group_->send_failed(message.id, FailureCode::other, error.what());
        }
        break;
    case MessageType::quit:
        group_->send(MessageType::done, message.id);
        finished_ = true;
        break;
    default:
        group_->send_failed(message.id, FailureCode::other,
                            "this is a request for a plugin, and not for a group of them");
    }
}

void Host::remove_finished()
{
    const auto is_finished = [](const std::unique_ptr<Instance>& instance) {
        return instance->finished();
    };
    if (!group_) // the threads end with the process
        finished_ = std::all_of(instances_.begin(), instances_.end(), is_finished);
    else
        std::erase_if(instances_, is_finished);
}

void Host::wait()
{
    DWORD milliseconds = INFINITE;
    for (const auto& instance : instances_) {
        if (const auto due = instance->next_work()) {
            const std::uint64_t now = instance->bridge().now();
            const auto left = *due <= now ? 0 : static_cast<DWORD>((*due - now) / 1'000'000 + 1);
            milliseconds = std::min(milliseconds, left);
        }
    }
    MsgWaitForMultipleObjectsEx(1, &event_, milliseconds, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
}

void Host::crashed(const char* what) noexcept
{
    const bool on_main_thread = GetCurrentThreadId() == main_thread_;
    for (const auto& instance : instances_)
        instance->crashed(what, on_main_thread);
}

} // namespace decant::host
