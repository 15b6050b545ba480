/* SPDX-FileCopyrightText: The Decant authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An instrument as a JACK client, played through its MIDI port until SIGINT or SIGTERM:
 *
 *     pw-jack jack-sampler piano.sfz */

#define _POSIX_C_SOURCE 200809L /* signals, which C99 alone does not have */

#include <jack/jack.h>
#include <jack/midiport.h>
#include <midi_sampler.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { longest_block = 8192 };

static jack_client_t* client;
static ms_sampler_t* sampler;
static ms_instrument_t* instrument;
static jack_port_t *midi_in, *out_left, *out_right;
static float interleaved[longest_block * 2]; /* not on the stack of a thread that is somebody else's */

/* For instruments that count in beats; if nobody on this server does, they keep the tempo that they have. */
static void follow_transport(void)
{
    jack_position_t at;
    ms_transport_t song;
    const jack_transport_state_t state = jack_transport_query(client, &at);

    if ((at.valid & JackPositionBBT) == 0 || at.beat_type <= 0 || at.ticks_per_beat <= 0)
        return;
    song.tempo = at.beats_per_minute * 4 / at.beat_type;
    song.position =
        ((at.bar - 1) * at.beats_per_bar + at.beat - 1 + at.tick / at.ticks_per_beat) * 4 / at.beat_type;
    song.playing = state == JackTransportRolling;
    ms_set_transport(sampler, &song);
}

static int process(jack_nframes_t frames, void* unused)
{
    float* const left = jack_port_get_buffer(out_left, frames);
    float* const right = jack_port_get_buffer(out_right, frames);
    void* const midi = jack_port_get_buffer(midi_in, frames);
    jack_midi_event_t event;
    (void)unused;

    for (uint32_t i = 0; jack_midi_event_get(&event, midi, i) == 0; ++i)
        ms_send_midi(instrument, event.time, event.buffer, event.size);
    if (frames > longest_block)
        return 1;
    follow_transport();
    ms_process(sampler, interleaved, frames);
    for (jack_nframes_t i = 0; i < frames; ++i) {
        left[i] = interleaved[2 * i];
        right[i] = interleaved[2 * i + 1];
    }
    return 0;
}

static int fail(const char* what)
{
    fprintf(stderr, "jack-sampler: %s\n", what);
    return 1;
}

int main(int argc, char** argv)
{
    ms_audio_config_t config = {.channels = 2, .max_polyphony = 256, .buffer_size = longest_block};
    sigset_t endings;
    int ending;

    if (argc != 2) {
        fprintf(stderr, "usage: %s INSTRUMENT.sfz\n", argv[0]);
        return 2;
    }
    sigemptyset(&endings);
    sigaddset(&endings, SIGINT);
    sigaddset(&endings, SIGTERM);
    sigprocmask(SIG_BLOCK, &endings, NULL); /* before there are threads that could get them */

    client = jack_client_open("sampler", JackNoStartServer, NULL);
    if (client == NULL)
        return fail("there is no JACK server; with PipeWire, start this with pw-jack");
    config.sample_rate = jack_get_sample_rate(client);
    if (ms_sampler_create(&config, &sampler) != MS_OK)
        return fail(ms_last_error());
    /* JACK's thread has its priority already and keeps it; this locks the memory, and says if it may not. */
    if (ms_sampler_enable_rt(sampler, 75) != MS_OK)
        fprintf(stderr, "jack-sampler: %s\n", ms_last_error());
    if (ms_instrument_create(sampler, argv[1], &instrument) != MS_OK ||
        ms_instrument_load(instrument, argv[1]) != MS_OK)
        return fail(ms_last_error());

    midi_in = jack_port_register(client, "midi_in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    out_left = jack_port_register(client, "out_l", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    out_right = jack_port_register(client, "out_r", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (midi_in == NULL || out_left == NULL || out_right == NULL)
        return fail("JACK has no more ports");
    jack_set_process_callback(client, process, NULL);
    if (jack_activate(client) != 0)
        return fail("JACK does not let the client join");

    sigwait(&endings, &ending);
    jack_client_close(client);
    ms_sampler_destroy(sampler);
    return 0;
}
