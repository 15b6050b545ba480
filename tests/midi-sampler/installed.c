/* SPDX-FileCopyrightText: The Decant authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What somebody writes who has nothing but what was installed. */

#include <midi_sampler.h>

#include <stdio.h>

int main(void)
{
    const ms_audio_config_t config = {
        .sample_rate = 44100, .channels = 2, .max_polyphony = 4, .buffer_size = 64};
    ms_sampler_t* sampler = NULL;
    float buffer[2 * 64];
    uint64_t frames = 0;

    if (ms_sampler_create(&config, &sampler) != MS_OK || ms_process(sampler, buffer, 64) != MS_OK ||
        ms_get_stats(sampler, &frames, NULL) != MS_OK) {
        fprintf(stderr, "%s\n", ms_last_error());
        return 1;
    }
    ms_sampler_destroy(sampler);
    printf("%s %u\n", ms_version(), (unsigned)frames);
    return 0;
}
