// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "events.hpp"
#include "ring.hpp"
#include "version.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace decant::protocol
{

/// A futex word with the knowledge whether somebody sleeps on it, so that an awake peer costs no system call.
///
/// Sleeper: `sleepers += 1` (seq_cst), look at the condition again, FUTEX_WAIT, `sleepers -= 1`: the thread
/// that sends and the one that receives may sleep on the same bell. Waker: change `value` (seq_cst),
/// FUTEX_WAKE if `sleepers` is not 0. The words live in memory shared by two processes: never
/// FUTEX_PRIVATE_FLAG.
struct alignas(64) Doorbell {
    std::atomic<std::uint32_t> value;
    std::atomic<std::uint32_t> sleepers;
};

enum BlockFlags : std::uint32_t {
    block_playing = 1u << 0,       ///< the transport runs
    block_tempo_valid = 1u << 1,   ///< tempo, signature and positions in quarter notes are meant
    block_freewheel = 1u << 2,     ///< faster than real time: quality before speed
    block_discontinuity = 1u << 3, ///< blocks were lost before this one
};

/// When the next block is likely to come, so that the host may be awake by then; CLOCK_MONOTONIC in ns. Both
/// are zero if nobody knows.
struct PollWindow {
    std::uint64_t from;
    std::uint64_t until; ///< it has not come: sleep
};

/// No host looks for a block longer than that, whatever it is told (ns).
inline constexpr std::uint64_t longest_poll_nsec = 1'000'000;

/// What the service asks for; written before `request` is raised, copied once by the host.
struct BlockRequest {
    std::uint32_t frames; ///< 0..max_frames; 0: nothing is played, the plugin only takes parameters
    std::uint32_t rate;   ///< Hz; the host plays a block only if it is the rate it was activated with
    std::uint32_t flags;  ///< BlockFlags
    std::uint32_t event_bytes;
    std::uint64_t position;       ///< song position in frames
    std::uint64_t monotonic_nsec; ///< CLOCK_MONOTONIC at the start of the cycle
    double tempo;                 ///< beats per minute
    double quarter_position;      ///< song position in quarter notes
    double bar_start;             ///< of the current bar, in quarter notes
    std::uint32_t signature_numerator;
    std::uint32_t signature_denominator;
    PollWindow next; ///< of the block after this one
};

enum class BlockStatus : std::uint32_t {
    done = 1,       ///< outputs and events are the plugin's
    not_active = 2, ///< no plugin is active, or not with this rate and size: outputs are not written
    failed = 3,     ///< the plugin raised an exception; it will not be called again
};

enum BlockReplyFlags : std::uint32_t {
    reply_latency_changed = 1u << 0, ///< `latency` differs from the last reply
    reply_events_lost = 1u << 1,     ///< the plugin wrote more events than the area holds
};

/// What the host answers; written before `reply` is raised, copied once by the service.
struct BlockReply {
    BlockStatus status;
    std::uint32_t flags; ///< BlockReplyFlags
    std::uint32_t event_bytes;
    std::uint32_t latency;     ///< frames, as the plugin reports it now
    std::uint64_t plugin_nsec; ///< time spent in the plugin
};

/// All that service and host share for one plugin. The file is sparse: a channel or a page of events that is
/// never touched costs no memory, so nothing needs to be negotiated and no offset is ever read from the other
/// side.
struct Region {
    // Written by the service before the host starts, constant afterwards.
    std::uint32_t magic;
    std::uint32_t version;
    std::uint64_t size;        ///< sizeof(Region)
    std::uint32_t service_pid; ///< the host ends when this process does, whoever its parent is

    /// Linux' id of the thread that answers blocks; 0 until it is ready. Written by the host.
    std::atomic<std::uint32_t> audio_thread;

    // Control: messages (messages.hpp) in two rings, each with the bell of its consumer.
    Doorbell service_bell;
    Doorbell host_bell;

    // Blocks: `request.value` is the number of the newest block posted, `reply.value` of the newest one
    // finished. The host is idle if both are equal; the service posts only then.
    Doorbell request;
    Doorbell reply;
    alignas(64) BlockRequest block;
    alignas(64) BlockReply result;

    RingStorage to_host;
    RingStorage to_service;

    alignas(4096) std::array<std::byte, event_area_bytes> events_in;
    alignas(4096) std::array<std::byte, event_area_bytes> events_out;
    alignas(4096) std::array<std::array<float, max_frames>, max_channels> audio_in;
    alignas(4096) std::array<std::array<float, max_frames>, max_channels> audio_out;
};

// The same numbers hold for x86-64 and i686, g++ and mingw-w64: a field that moves breaks one of the builds.
static_assert(sizeof(Doorbell) == 64);
static_assert(sizeof(BlockRequest) == 80);
static_assert(sizeof(BlockReply) == 24);
static_assert(offsetof(Region, service_bell) == 64);
static_assert(offsetof(Region, host_bell) == 128);
static_assert(offsetof(Region, request) == 192);
static_assert(offsetof(Region, reply) == 256);
static_assert(offsetof(Region, block) == 320);
static_assert(offsetof(Region, result) == 448);
static_assert(offsetof(Region, to_host) == 512);
static_assert(offsetof(Region, to_service) == 512 + 128 + 65536);
static_assert(offsetof(Region, events_in) == 135168);
static_assert(offsetof(Region, events_out) == 135168 + event_area_bytes);
static_assert(offsetof(Region, audio_in) == 135168 + 2 * event_area_bytes);
static_assert(offsetof(Region, audio_out) == 135168 + 2 * event_area_bytes + 4ul * max_frames * max_channels);
static_assert(sizeof(Region) == 135168 + 2 * event_area_bytes + 8ul * max_frames * max_channels);

} // namespace decant::protocol
