/* SPDX-FileCopyrightText: The Decant authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A sampler for real-time audio: the engine of Decant's sampler nodes as a C library.
 *
 * Threads. [setup] marks functions that allocate, read files and wait: call them from any thread but the
 * audio thread. [rt] marks functions that never allocate, lock, log or wait, for the audio thread and every
 * other one. ms_process() alone is for one thread at a time.
 *
 * Errors. Functions return MS_OK or a code; the output parameters are written only with MS_OK. After a
 * [setup] function failed, ms_last_error() says in words what was wrong, where, and what to do. No function
 * lets a C++ exception out. Null for an object or a path is MS_ERROR_ARGUMENT. */

#ifndef MIDI_SAMPLER_H
#define MIDI_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MS_API __attribute__((visibility("default")))
#else
#define MS_API
#endif

/* ---- Version ---------------------------------------------------------------------------------------------
 */

/* Of this header. Programs that were built with a header of the same major version run with the library. */
#define MS_VERSION_MAJOR 1
#define MS_VERSION_MINOR 1

/* "1.1.0": of the library that is running. [rt] */
MS_API const char* ms_version(void);

/* ---- Errors ----------------------------------------------------------------------------------------------
 */

typedef enum ms_result {
    MS_OK = 0,
    MS_ERROR_ARGUMENT = -1,   /* a value is out of range, or a pointer is null */
    MS_ERROR_FILE = -2,       /* a file is missing, or nothing in it can be played */
    MS_ERROR_MEMORY = -3,     /* there is not enough memory */
    MS_ERROR_PERMISSION = -4, /* the system does not allow it */
    MS_ERROR_FULL = -5,       /* more events than the queue holds until the next block; counted */
    MS_ERROR_INTERNAL = -6    /* a fault of the library */
} ms_result_t;

/* What a code means: a short text that is never freed. [rt] */
MS_API const char* ms_result_text(ms_result_t result);

/* What was wrong with the last [setup] function that failed in the calling thread, and what to do about it.
 * Valid until the next one fails; "" if none has. [setup] */
MS_API const char* ms_last_error(void);

/* ---- The sampler -----------------------------------------------------------------------------------------
 */

typedef struct ms_sampler ms_sampler_t;
typedef struct ms_instrument ms_instrument_t;

typedef struct ms_audio_config {
    uint32_t sample_rate;   /* Hz, 1000 ... 768000 */
    uint32_t channels;      /* of the buffers, 1 ... 64: mono, or stereo with silence in further channels */
    uint32_t max_polyphony; /* voices that sound at a time, of each instrument, 1 ... 65536 */
    uint32_t buffer_size;   /* frames of the usual block, 1 ... 8192 */
} ms_audio_config_t;

/* Makes a sampler without instruments; it renders silence. [setup] */
MS_API ms_result_t ms_sampler_create(const ms_audio_config_t* config, ms_sampler_t** sampler);

/* Frees it with all its instruments. Null is allowed. Nobody may be inside ms_process(), or call anything for
 * it afterwards. [setup] */
MS_API void ms_sampler_destroy(ms_sampler_t* sampler);

/* From now on, the thread that calls ms_process() runs with SCHED_FIFO at `priority`, 1 ... 99; one that is
 * real-time already, as JACK's is, stays as it is. (Each new thread makes this one system call in its first
 * block.) Where the limit on locked memory allows it, the memory of the process is locked.
 *
 * MS_ERROR_PERMISSION: ms_last_error() names the limit and how to raise it; the sampler works on without.
 * [setup] */
MS_API ms_result_t ms_sampler_enable_rt(ms_sampler_t* sampler, int priority);

typedef enum ms_quality {
    MS_QUALITY_LINEAR = 0,
    MS_QUALITY_FOUR_POINT = 1, /* what a sampler starts with */
    MS_QUALITY_SINC8 = 2,
    MS_QUALITY_SINC16 = 3,
    MS_QUALITY_SINC32 = 4,
    MS_QUALITY_SINC64 = 5
} ms_quality_t;

/* How samples are interpolated. The sinc kernels cost more and do not alias. [setup] */
MS_API ms_result_t ms_sampler_set_quality(ms_sampler_t* sampler, ms_quality_t quality);

/* The volume of everything in dB, -144 (silence) ... 24. Sounding notes follow within milliseconds. [setup]
 */
MS_API ms_result_t ms_sampler_set_volume(ms_sampler_t* sampler, float decibels);

/* Whether nobody waits for the blocks, as when a file is written: then no note is given up because time runs
 * out, and no block counts as late. [rt] */
MS_API ms_result_t ms_sampler_set_offline(ms_sampler_t* sampler, int offline);

/* Renders the next `frames` frames of all instruments, interleaved, over what is in `buffer`. `frames` may be
 * any number from call to call. [rt] */
MS_API ms_result_t ms_process(ms_sampler_t* sampler, float* buffer, uint32_t frames);

/* Frames rendered so far, and xruns: blocks that took longer to render than they play. Either pointer may be
 * null. [rt] */
MS_API ms_result_t ms_get_stats(const ms_sampler_t* sampler, uint64_t* frames, uint32_t* xruns);

typedef struct ms_statistics {
    uint64_t frames; /* as ms_get_stats() has them */
    uint64_t xruns;
    uint64_t active_voices;  /* that sound now */
    uint64_t stolen_voices;  /* ended because a new note needed a voice */
    uint64_t shed_voices;    /* faded out so that a block was ready in time */
    uint64_t dropped_events; /* that found the queue full */
    uint64_t starved_voices; /* faded out because their samples were not read in time */
} ms_statistics_t;

/* Writes the first `size` bytes of the statistics: pass sizeof(ms_statistics_t). Later versions add members
 * at the end. [setup] */
MS_API ms_result_t ms_get_statistics(const ms_sampler_t* sampler, ms_statistics_t* statistics, size_t size);

/* How much memory the samples of all samplers of the process may take, in bytes; a quarter of the machine's
 * to begin with. Of long samples only the beginnings are kept, and what was played last; the rest is read
 * from disk while it plays. An offline sampler waits for it. At least 1 MiB. [setup] */
MS_API ms_result_t ms_set_sample_memory(uint64_t bytes);

/* ---- Instruments -----------------------------------------------------------------------------------------
 */

/* Adds an instrument that has nothing to play yet. `name` is for people, and copied. [setup] */
MS_API ms_result_t ms_instrument_create(ms_sampler_t* sampler, const char* name,
                                        ms_instrument_t** instrument);

/* Takes the instrument out of its sampler, waits for the block that is being rendered, and frees it. What
 * still sounds of it stops: see ms_all_sound_off(). Null is allowed. [setup] */
MS_API void ms_instrument_destroy(ms_instrument_t* instrument);

/* [rt] */
MS_API const char* ms_instrument_name(const ms_instrument_t* instrument);

/* Loads an SFZ file, or a sound file (WAV, FLAC, AIFF, Ogg) over all keys, in place of all that was loaded
 * before. Notes that sound play on to their end with what they began with. [setup] */
MS_API ms_result_t ms_instrument_load(ms_instrument_t* instrument, const char* path);

typedef enum ms_loop {
    MS_LOOP_FROM_FILE = 0, /* as the sound file says */
    MS_LOOP_NONE = 1,
    MS_LOOP_ONE_SHOT = 2, /* to the end of the sample, whatever the key does */
    MS_LOOP_CONTINUOUS = 3,
    MS_LOOP_SUSTAIN = 4 /* until the key is released */
} ms_loop_t;

/* How a sample is played. All zeros but for root_note is what a sample needs to be played on all keys. */
typedef struct ms_sample_metadata {
    uint8_t root_note; /* key that plays the sample as it is, 0 ... 127 */
    uint8_t low_note;  /* keys that play it; both 0: all */
    uint8_t high_note;
    uint8_t low_velocity; /* velocities that play it; both 0: all */
    uint8_t high_velocity;
    float tune_cents;
    float volume_db;
    float pan; /* -1 (left) ... 1 (right) */
    float attack_seconds;
    float decay_seconds; /* to sustain_level; 0: the level stays full */
    float sustain_level; /* 0 ... 1 */
    float release_seconds;
    ms_loop_t loop;
    uint64_t loop_start; /* frames; both 0: as the sound file says, or all of it */
    uint64_t loop_end;   /* the first frame behind the loop */
} ms_sample_metadata_t;

/* Adds a sample to those that were loaded so; after ms_instrument_load() it begins anew. Without metadata the
 * root note is what the file says, or 60. [setup] */
MS_API ms_result_t ms_instrument_load_sample(ms_instrument_t* instrument, const char* path,
                                             const ms_sample_metadata_t* metadata);

/* What is not played as the files say, line by line: the text with that index, or null behind the last one.
 * Valid until the next load. [setup] */
MS_API const char* ms_instrument_problem(const ms_instrument_t* instrument, size_t index);

/* ---- Playing ---------------------------------------------------------------------------------------------
 */

/* The events below happen at the beginning of the next block, in the order in which they are sent; those of
 * several threads at a time in any. Keys and velocities are 0 ... 127. */

/* One note, from its start to its end. Never 0. */
typedef uint32_t ms_note_t;

/* Velocity 0 releases the key. `note` may be null; it is what ms_note_pitch() and ms_note_volume() take. [rt]
 */
MS_API ms_result_t ms_note_on(ms_instrument_t* instrument, uint8_t key, uint8_t velocity, ms_note_t* note);
MS_API ms_result_t ms_note_off(ms_instrument_t* instrument, uint8_t key);

/* Bends one note, whatever others do, beside the pitch bend of all. [rt] */
MS_API ms_result_t ms_note_pitch(ms_instrument_t* instrument, ms_note_t note, float cents);

/* Makes one note louder or softer than it began. [rt] */
MS_API ms_result_t ms_note_volume(ms_instrument_t* instrument, ms_note_t note, float decibels);

/* Controllers 0 ... 119, values 0 ... 127. [rt] */
MS_API ms_result_t ms_control_change(ms_instrument_t* instrument, uint8_t controller, uint8_t value);

/* -8192 ... 8191. [rt] */
MS_API ms_result_t ms_pitch_bend(ms_instrument_t* instrument, int bend);

/* Releases all notes, as if all keys and pedals were let go. [rt] */
MS_API ms_result_t ms_all_notes_off(ms_instrument_t* instrument);

/* Fades everything out within milliseconds. [rt] */
MS_API ms_result_t ms_all_sound_off(ms_instrument_t* instrument);

/* A MIDI 1.0 channel message of 2 or 3 bytes on any of 16 channels, at a frame of the next block. Several for
 * one block are sent in order of their frames. Messages that a sampler has no use for are ignored. [rt] */
MS_API ms_result_t ms_send_midi(ms_instrument_t* instrument, uint32_t frame, const uint8_t* message,
                                size_t size);

/* A Universal MIDI Packet with a channel voice message of MIDI 1.0 (one word) or 2.0 (two words, with all its
 * bits, and what it says of single notes), as ms_send_midi(); `words` are numbers of this machine, and its
 * group counts for nothing. Packets that a sampler has no use for are ignored. MS_ERROR_ARGUMENT: `count` is
 * not what the packet's type has. Since 1.1. [rt] */
MS_API ms_result_t ms_send_ump(ms_instrument_t* instrument, uint32_t frame, const uint32_t* words,
                               size_t count);

typedef struct ms_transport {
    double tempo;    /* quarter notes per minute, 1 ... 10000 */
    double position; /* of the song, in quarter notes */
    int playing;     /* whether it goes on from there; if not, instruments wait for no beat of it */
} ms_transport_t;

/* Where the song of all instruments is at the beginning of the next block, for what they measure in beats. It
 * goes on by itself until the next call. Before the first one the tempo is 120, and nothing plays. Since 1.1.
 * [rt] */
MS_API ms_result_t ms_set_transport(ms_sampler_t* sampler, const ms_transport_t* transport);

#ifdef __cplusplus
}
#endif

#endif
