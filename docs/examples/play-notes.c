/* SPDX-FileCopyrightText: The Decant authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Plays three notes of a sample, and writes them to the standard output as 32-bit floats, in stereo:
 *
 *     play-notes piano.wav | pw-cat --playback --raw --format f32 --rate 48000 --channels 2 - */

#include <midi_sampler.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { rate = 48000, channels = 2, block = 128, blocks_per_note = rate / 2 / block };

static void check(ms_result_t result)
{
    if (result == MS_OK)
        return;
    fprintf(stderr, "play-notes: %s: %s\n", ms_result_text(result), ms_last_error());
    exit(1);
}

int main(int argc, char** argv)
{
    static const uint8_t keys[] = {60, 64, 67};
    const ms_audio_config_t config = {
        .sample_rate = rate, .channels = channels, .max_polyphony = 16, .buffer_size = block};
    const ms_sample_metadata_t metadata = {.root_note = 60, .release_seconds = 0.1F};
    ms_sampler_t* sampler;
    ms_instrument_t* piano;
    float buffer[block * channels];
    uint64_t frames;
    uint32_t xruns;

    if (argc != 2) {
        fprintf(stderr, "usage: %s SOUND-FILE\n", argv[0]);
        return 2;
    }
    check(ms_sampler_create(&config, &sampler));
    /* It sounds without, too. */
    if (ms_sampler_enable_rt(sampler, 80) != MS_OK)
        fprintf(stderr, "play-notes: %s\n", ms_last_error());
    check(ms_instrument_create(sampler, "Piano", &piano));
    check(ms_instrument_load_sample(piano, argv[1], &metadata));

    for (size_t note = 0; note < sizeof keys / sizeof keys[0]; ++note) {
        check(ms_note_on(piano, keys[note], 80, NULL));
        for (int i = 0; i < blocks_per_note; ++i) {
            if (i == blocks_per_note / 2)
                check(ms_note_off(piano, keys[note]));
            check(ms_process(sampler, buffer, block));
            fwrite(buffer, sizeof buffer[0], block * channels, stdout);
        }
    }

    check(ms_get_stats(sampler, &frames, &xruns));
    fprintf(stderr, "%" PRIu64 " frames, %" PRIu32 " xruns\n", frames, xruns);
    ms_instrument_destroy(piano);
    ms_sampler_destroy(sampler);
    return 0;
}
