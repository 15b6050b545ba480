// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/control-thread.hpp"

#include "wine-host/text.hpp"
#include "wine-host/threads/thread-priorities.hpp"
#include "wine-host/threads/wish-table.hpp"

#include <windows.h>

#include <stdexcept>
#include <utility>

namespace decant::host
{

ControlThread::ControlThread(UnixBridge& bridge, HostChannel& channel, Notices& notices, void* event)
    : bridge_(bridge), channel_(channel), notices_(notices), event_(event),
      thread_(CreateThread(nullptr, 0, &start, this, 0, nullptr))
{
    if (thread_ == nullptr)
        throw std::runtime_error("Windows makes no control thread: " + windows_error(GetLastError()));
}

ControlThread::~ControlThread()
{
    bridge_.end_thread(thread_);
}

unsigned long WINAPI ControlThread::start(void* self) noexcept
{
    auto& control = *static_cast<ControlThread*>(self);
    control.bridge_.name_thread("decant-control");
    thread_priorities::leave_me_alone();
    control.bridge_.release_stack();
    try {
        control.run();
    } catch (const std::exception& error) { // out of memory
        print_error(error.what());
    }
    const std::scoped_lock lock(control.mutex_);
    control.broken_ = true;
    SetEvent(control.event_);
    return 0;
}

void ControlThread::run()
{
    auto& bell = bridge_.region().host_bell;
    for (;;) {
        const std::uint32_t seen = bell.value.load(std::memory_order_seq_cst);
        if (channel_.pending()) {
            // What has begun to arrive comes whole, however long the service is held up by a debugger.
            std::optional<protocol::Message> message = channel_.receive(never_expires);
            if (!message)
                return;
            const std::scoped_lock lock(mutex_);
            inbox_.push_back(std::move(*message));
            SetEvent(event_);
            continue;
        }
        if (notices_.pending() || thread_priorities::wishes().has_news())
            SetEvent(event_);
        if (!bridge_.sleep(bell, seen, never_expires))
            return;
    }
}

std::optional<protocol::Message> ControlThread::next_message()
{
    const std::scoped_lock lock(mutex_);
    if (inbox_.empty())
        return std::nullopt;
    protocol::Message message = std::move(inbox_.front());
    inbox_.pop_front();
    return message;
}

bool ControlThread::broken()
{
    const std::scoped_lock lock(mutex_);
    return broken_;
}

} // namespace decant::host
