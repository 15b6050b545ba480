// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/audio-thread.hpp"

#include "wine-host/denormals.hpp"
#include "wine-host/text.hpp"
#include "wine-host/threads/thread-priorities.hpp"

#include <windows.h>

#include <cstring>
#include <stdexcept>

namespace decant::host
{
namespace
{

/// What the constructor hands to the thread; lives until `ready` is set.
struct Start {
    AudioThread* self;
    void (*run)(AudioThread&);
    UnixBridge& bridge;
    int rt_priority;
    int& granted;
    HANDLE ready;
};

DWORD WINAPI start_thread(void* parameter)
{
    Start start = *static_cast<Start*>(parameter);
    start.bridge.name_thread("decant-audio");
    start.bridge.lock_stack();
    thread_priorities::leave_me_alone(); // the service sees to its priority
    if (start.rt_priority > 0)
        start.granted = start.bridge.make_realtime(start.rt_priority);
    SetEvent(start.ready);
    start.run(*start.self);
    return 0;
}

} // namespace

AudioThread::AudioThread(UnixBridge& bridge, int rt_priority, int& granted) : bridge_(bridge)
{
    auto& region = bridge.region();
    for (std::size_t channel = 0; channel < protocol::max_channels; ++channel) {
        inputs_[channel] = region.audio_in[channel].data();
        outputs_[channel] = region.audio_out[channel].data();
    }
    // Plugins put whole blocks on the stack, and what is left of Windows' default of one megabyte is not
    // much.
    constexpr SIZE_T stack = 8 * 1024 * 1024;
    Start start{this,    [](AudioThread& self) { self.run(); },      bridge, rt_priority,
                granted, CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    DWORD id = 0;
    thread_ = CreateThread(nullptr, stack, start_thread, &start, STACK_SIZE_PARAM_IS_A_RESERVATION, &id);
    if (thread_ == nullptr)
        throw std::runtime_error("Windows makes no audio thread: " + windows_error(GetLastError()));
    thread_id_ = id;
    WaitForSingleObject(start.ready, INFINITE);
    CloseHandle(start.ready);
}

AudioThread::~AudioThread()
{
    bridge_.end_thread(thread_);
}

void AudioThread::attach(Plugin& plugin, std::uint32_t rate, std::uint32_t max_frames) noexcept
{
    plugin_ = &plugin;
    rate_ = rate;
    max_frames_ = max_frames;
    gate_.store(Gate::open, std::memory_order_release);
}

void AudioThread::detach(const std::function<void()>& idle)
{
    Gate seen = gate_.load();
    while (!gate_.compare_exchange_weak(seen, seen == Gate::running ? Gate::closing : Gate::closed)) {
    }
    while (gate_.load(std::memory_order_acquire) != Gate::closed)
        idle();
}

void AudioThread::run() noexcept
{
    auto& region = bridge_.region();
    std::uint32_t finished = 0;
    while (const auto number = bridge_.next_block(finished)) {
        finished = *number;
        block_number_.store(finished, std::memory_order_relaxed);
        const protocol::BlockReply reply = answer();
        std::memcpy(&region.result, &reply, sizeof reply);
    }
}

protocol::BlockReply AudioThread::answer() noexcept
{
    protocol::BlockReply reply{protocol::BlockStatus::not_active, 0, 0, latency_, 0};
    protocol::BlockRequest request;
    std::memcpy(&request, &bridge_.region().block, sizeof request);

    Gate expected = Gate::open;
    if (!gate_.compare_exchange_strong(expected, Gate::running, std::memory_order_acquire))
        return reply;
    if (request.frames == 0 || (request.rate == rate_ && request.frames <= max_frames_))
        process(request, reply);
    expected = Gate::running;
    if (!gate_.compare_exchange_strong(expected, Gate::open, std::memory_order_release))
        gate_.store(Gate::closed, std::memory_order_release);
    return reply;
}

void AudioThread::process(const protocol::BlockRequest& request, protocol::BlockReply& reply) noexcept
{
    auto& region = bridge_.region();
    Block block{request,
                protocol::EventReader(region.events_in, request.event_bytes),
                protocol::EventWriter(region.events_out),
                false,
                inputs_,
                outputs_};

    // In every block: the way through Wine restores the control word, and plugins change it.
    treat_denormals_as_zero();
    plugin_->process(block);

    const std::uint32_t latency = plugin_->latency();
    reply.status = protocol::BlockStatus::done;
    reply.flags = (latency != latency_ ? protocol::reply_latency_changed : 0u) |
                  (block.events_lost ? protocol::reply_events_lost : 0u);
    reply.event_bytes = block.events_out.size();
    reply.latency = latency_ = latency;
}

void AudioThread::answer_crash() noexcept
{
    if (GetCurrentThreadId() != thread_id_)
        return;
    auto& region = bridge_.region();
    region.result.status = protocol::BlockStatus::failed;
    region.reply.value.store(block_number_.load(std::memory_order_relaxed), std::memory_order_seq_cst);
    if (region.reply.sleepers.load(std::memory_order_seq_cst) != 0)
        bridge_.wake(region.reply);
}

} // namespace decant::host
