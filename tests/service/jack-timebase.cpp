// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A JACK client that is timebase master and lets the transport roll, from frame 0: 7/8 at 180 eighth notes
// per minute. With SIGUSR1 it leaves the timebase to others, with SIGTERM it stops the transport and ends.

#include <jack/jack.h>
#include <jack/transport.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <ctime>

namespace
{

void tell_time(jack_transport_state_t, jack_nframes_t, jack_position_t* position, int, void*)
{
    constexpr double beats_per_minute = 180;
    constexpr int beats_per_bar = 7;
    const double beats = position->frame * beats_per_minute / (60.0 * position->frame_rate);
    const int beat = static_cast<int>(beats);
    position->valid = JackPositionBBT;
    position->beats_per_bar = beats_per_bar;
    position->beat_type = 8;
    position->ticks_per_beat = 100'000;
    position->beats_per_minute = beats_per_minute;
    position->bar = beat / beats_per_bar + 1;
    position->beat = beat % beats_per_bar + 1;
    position->tick = static_cast<int>((beats - beat) * position->ticks_per_beat);
    position->bar_start_tick = beat / beats_per_bar * beats_per_bar * position->ticks_per_beat;
}

int fail(const char* what)
{
    std::fprintf(stderr, "jack-timebase: %s\n", what);
    return 1;
}

} // namespace

int main()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, nullptr); // before there are threads that could get them

    jack_client_t* client = jack_client_open("timebase", JackNoStartServer, nullptr);
    if (client == nullptr)
        return fail("there is no JACK server; with PipeWire, start this with pw-jack");
    if (jack_activate(client) != 0 || jack_set_timebase_callback(client, 0, tell_time, nullptr) != 0)
        return fail("JACK does not let the client be timebase master");

    // Both are only possible when the graph has taken the client in.
    bool located = false;
    for (int number = 0; number != SIGTERM;) {
        located = located || jack_transport_locate(client, 0) == 0;
        if (located && jack_transport_query(client, nullptr) == JackTransportStopped)
            jack_transport_start(client);
        constexpr timespec a_moment{0, 10'000'000};
        number = sigtimedwait(&signals, nullptr, &a_moment);
        if (number == SIGUSR1)
            jack_release_timebase(client);
    }
    jack_transport_stop(client);
    jack_client_close(client);
    return 0;
}
