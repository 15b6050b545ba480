/* SPDX-FileCopyrightText: The Decant authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A sampler for real-time audio: the engine of Decant's sampler nodes as a C library.
 *
 * Threads. [setup] marks functions that allocate, read files and wait: call them from any thread but the
 * audio thread, several at a time if you like. [rt] marks functions that never allocate, lock, log or wait,
 * for the audio thread and every other one. ms_process() alone is for one thread at a time. Nobody may use an
 * object while, or after, it is destroyed.
 *
 * Errors. Functions return MS_OK or a code; the output parameters are written only with MS_OK. After one has
 * failed, ms_last_error() says in words what was wrong, where, and what to do. A number that is out of the
 * range that is given here, or is none (NaN), is MS_ERROR_ARGUMENT, and changes nothing; so is null for an
 * object, a path or an array. No function lets a C++ exception out.
 *
 * Numbers. Keys, velocities and controllers are those of MIDI, and keys count from 0 with middle C as 60.
 * Levels are in dB, pitch in cents (hundredths of a semitone), times in seconds, positions in frames: one
 * value for each channel. Texts and paths are UTF-8 and end with a zero byte. */

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

/* "1.1.0": of the library that is running; never freed. [rt] */
MS_API const char* ms_version(void);

/* ---- Errors ----------------------------------------------------------------------------------------------
 */

typedef enum ms_result {
    MS_OK = 0,
    MS_ERROR_ARGUMENT = -1,   /* a value is out of range, or a pointer is null */
    MS_ERROR_FILE = -2,       /* a file is missing, or nothing in it can be played */
    MS_ERROR_MEMORY = -3,     /* there is not enough memory */
    MS_ERROR_PERMISSION = -4, /* the system does not allow it */
    MS_ERROR_FULL = -5, /* more events than the queue holds until the next block: 4096 of each instrument */
    MS_ERROR_INTERNAL = -6 /* a fault of the library */
} ms_result_t;

/* What a code means: a short text that is never freed. [rt] */
MS_API const char* ms_result_text(ms_result_t result);

/* What was wrong with the last function that failed in the calling thread, and what to do about it. Valid
 * until the next one fails there, or the thread ends; "" if none has. [rt] */
MS_API const char* ms_last_error(void);

/* ---- The sampler -----------------------------------------------------------------------------------------
 */

typedef struct ms_sampler ms_sampler_t;
typedef struct ms_instrument ms_instrument_t;

typedef struct ms_audio_config {
    uint32_t sample_rate;   /* Hz, 1000 ... 768000 */
    uint32_t channels;      /* of the buffers, 1 ... 64: mono, or stereo and silence in further channels */
    uint32_t max_polyphony; /* voices that sound at a time, of each instrument, 1 ... 65536 */
    uint32_t buffer_size;   /* frames of the usual block, 1 ... 8192 */
} ms_audio_config_t;

/* Makes a sampler without instruments; it renders silence. `config` is copied. [setup] */
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

/* How samples are interpolated, of all instruments and those to come. The sinc kernels cost more and do not
 * alias. Sounding notes follow with the next block. [setup] */
MS_API ms_result_t ms_sampler_set_quality(ms_sampler_t* sampler, ms_quality_t quality);

/* The volume of everything in dB, -144 (silence) ... 24; 0 to begin with. Sounding notes follow within
 * milliseconds. [setup] */
MS_API ms_result_t ms_sampler_set_volume(ms_sampler_t* sampler, float decibels);

/* Whether nobody waits for the blocks, as when a file is written: then no note is given up because time runs
 * out, no block counts as late, and ms_process() may wait for the disk. Any `offline` but 0 is yes; no to
 * begin with. [rt] */
MS_API ms_result_t ms_sampler_set_offline(ms_sampler_t* sampler, int offline);

/* Renders the next `frames` frames of all instruments, interleaved, over what is in `buffer`, which has room
 * for frames * channels floats; full scale is -1 ... 1, and louder sounds go beyond. `frames` may be any
 * number from call to call, and 0, with which `buffer` may be null. One thread at a time. [rt] */
MS_API ms_result_t ms_process(ms_sampler_t* sampler, float* buffer, uint32_t frames);

/* Frames rendered so far, and xruns: blocks that took longer to render than they play, up to UINT32_MAX.
 * Either pointer may be null. [rt] */
MS_API ms_result_t ms_get_stats(const ms_sampler_t* sampler, uint64_t* frames, uint32_t* xruns);

/* Of all instruments together. All but `active_voices` keep what destroyed ones have counted, and never fall.
 */
typedef struct ms_statistics {
    uint64_t frames; /* as ms_get_stats() has them */
    uint64_t xruns;
    uint64_t active_voices;  /* that sound now */
    uint64_t stolen_voices;  /* ended because a new note needed a voice */
    uint64_t shed_voices;    /* faded out so that a block was ready in time */
    uint64_t dropped_events; /* that found the queue full */
    uint64_t starved_voices; /* faded out because their samples were not read in time */
} ms_statistics_t;

/* Writes the first `size` bytes of the statistics, 1 ... 4096: pass sizeof(ms_statistics_t). Later versions
 * add members at the end; of those that this one does not have it writes zeros. [setup] */
MS_API ms_result_t ms_get_statistics(const ms_sampler_t* sampler, ms_statistics_t* statistics, size_t size);

/* How much memory the samples of all samplers of the process may take, in bytes, 1 MiB (1048576) or more; a
 * quarter of the machine's to begin with. Of long samples only the beginnings are kept, and what was played
 * last; the rest is read from disk while it plays. An offline sampler waits for it. [setup] */
MS_API ms_result_t ms_set_sample_memory(uint64_t bytes);

/* ---- Instruments -----------------------------------------------------------------------------------------
 */

/* Adds an instrument that has nothing to play yet. `name` is for people, of any length, and copied. It lives
 * until it is destroyed, or its sampler is. [setup] */
MS_API ms_result_t ms_instrument_create(ms_sampler_t* sampler, const char* name,
                                        ms_instrument_t** instrument);

/* Takes the instrument out of its sampler, waits for the block that is being rendered, and frees it. What
 * still sounds of it stops: see ms_all_sound_off(). Null is allowed. [setup] */
MS_API void ms_instrument_destroy(ms_instrument_t* instrument);

/* The name that it was created with, valid as long as it lives; "" for null. [rt] */
MS_API const char* ms_instrument_name(const ms_instrument_t* instrument);

/* Loads an SFZ file (NAME.sfz), or a sound file (WAV, FLAC, AIFF, Ogg) over all keys with the root note that
 * it says, or 60, in place of all that was loaded before. Notes that sound play on to their end with what
 * they began with. After MS_ERROR_FILE, the instrument is what it was before. [setup] */
MS_API ms_result_t ms_instrument_load(ms_instrument_t* instrument, const char* path);

typedef enum ms_loop {
    MS_LOOP_FROM_FILE = 0,  /* as the sound file says: without a loop in it, as MS_LOOP_NONE */
    MS_LOOP_NONE = 1,       /* to the end of the sample, or until the key is released */
    MS_LOOP_ONE_SHOT = 2,   /* to the end of the sample, whatever the key does */
    MS_LOOP_CONTINUOUS = 3, /* through the release, too */
    MS_LOOP_SUSTAIN = 4     /* until the key is released */
} ms_loop_t;

/* How a sample is played. All zeros but for root_note is what a sample needs to be played on all keys. */
typedef struct ms_sample_metadata {
    uint8_t root_note;     /* key that plays the sample as it is, 0 ... 127 */
    uint8_t low_note;      /* keys that play it, 0 ... high_note; both 0: all */
    uint8_t high_note;     /* low_note ... 127 */
    uint8_t low_velocity;  /* velocities that play it, 0 ... high_velocity; both 0: all */
    uint8_t high_velocity; /* low_velocity ... 127 */
    float tune_cents;      /* -9600 ... 9600 */
    float volume_db;       /* -144 ... 24 */
    float pan;             /* -1 (left) ... 1 (right) */
    float attack_seconds;  /* 0 ... 100 */
    float decay_seconds;   /* 0 ... 100, to sustain_level; 0: the level stays full */
    float sustain_level;   /* 0 ... 1, of the full level; counts with a decay only */
    float release_seconds; /* 0 ... 100 */
    ms_loop_t loop;
    uint64_t
        loop_start;    /* in frames of the file, 0 ... loop_end - 1; both 0: as the file says, or all of it */
    uint64_t loop_end; /* the first frame behind the loop, up to 2^30 - 1; at most the file's end is used */
} ms_sample_metadata_t;

/* Adds a sample to those that were loaded so; after ms_instrument_load() it begins anew. `metadata` is
 * copied; if it is null the sample plays on all keys, and the root note is what the file says, or 60. After
 * an error, the instrument is what it was before. [setup] */
MS_API ms_result_t ms_instrument_load_sample(ms_instrument_t* instrument, const char* path,
                                             const ms_sample_metadata_t* metadata);

/* What is not played as the files say, line by line: the text with that index, from 0, or null behind the
 * last one and for a null instrument. Valid until the next load. [setup] */
MS_API const char* ms_instrument_problem(const ms_instrument_t* instrument, size_t index);

/* ---- Playing ---------------------------------------------------------------------------------------------
 */

/* The events below happen at the beginning of the next block, in the order in which they are sent; those of
 * several threads at a time in any. Keys, velocities, controllers and bends are of MIDI channel 1;
 * ms_send_midi() reaches the others. Before anything is loaded, notes are silent. MS_ERROR_FULL: the queue
 * holds 4096 events of each instrument; the event is lost, and counted. */

/* One note, from its start to its end. Never 0. */
typedef uint32_t ms_note_t;

/* Presses a key, 0 ... 127, with a velocity of 1 ... 127; velocity 0 releases it. `note` may be null; it is
 * what ms_note_pitch() and ms_note_volume() take, and 0 with velocity 0. [rt] */
MS_API ms_result_t ms_note_on(ms_instrument_t* instrument, uint8_t key, uint8_t velocity, ms_note_t* note);

/* Releases a key, 0 ... 127, and with it all notes on it that no pedal holds. [rt] */
MS_API ms_result_t ms_note_off(ms_instrument_t* instrument, uint8_t key);

/* Bends one note by -12700 ... 12700 cents, whatever others do, beside the pitch bend of all. A note that has
 * ended is nobody's. [rt] */
MS_API ms_result_t ms_note_pitch(ms_instrument_t* instrument, ms_note_t note, float cents);

/* Makes one note louder or softer than it began, by -144 (silence) ... 24 dB. A note that has ended is
 * nobody's. [rt] */
MS_API ms_result_t ms_note_volume(ms_instrument_t* instrument, ms_note_t note, float decibels);

/* Controllers 0 ... 119, values 0 ... 127. [rt] */
MS_API ms_result_t ms_control_change(ms_instrument_t* instrument, uint8_t controller, uint8_t value);

/* Bends all notes, by -8192 ... 8191 of as far as the instrument says; two semitones if it does not. [rt] */
MS_API ms_result_t ms_pitch_bend(ms_instrument_t* instrument, int bend);

/* Releases all notes of all channels, as if all keys and pedals were let go: 48 events. [rt] */
MS_API ms_result_t ms_all_notes_off(ms_instrument_t* instrument);

/* Fades everything out within milliseconds: 16 events. [rt] */
MS_API ms_result_t ms_all_sound_off(ms_instrument_t* instrument);

/* A MIDI 1.0 channel message on any of 16 channels: `size` is 3, or 2 if it begins with 0xc0 to 0xdf (where a
 * third byte is ignored), and its data 0 ... 127. It happens at a frame of the next block, 0 ... 8191; what
 * is behind the block's end happens there. Several for one block are sent in order of their frames. Messages
 * that a sampler has no use for are ignored; those that belong to no channel are MS_ERROR_ARGUMENT. [rt] */
MS_API ms_result_t ms_send_midi(ms_instrument_t* instrument, uint32_t frame, const uint8_t* message,
                                size_t size);

/* A Universal MIDI Packet with a channel voice message of MIDI 1.0 (one word) or 2.0 (two words, with all its
 * bits, and what it says of single notes), as ms_send_midi(); `words` are numbers of this machine, and its
 * group counts for nothing. Packets that a sampler has no use for are ignored. MS_ERROR_ARGUMENT: `count`, 1
 * ... 4, is not what the packet's type has, or one of MIDI 1.0 has a status below 0x80 or above 0xef, or data
 * above 127. Since 1.1. [rt] */
MS_API ms_result_t ms_send_ump(ms_instrument_t* instrument, uint32_t frame, const uint32_t* words,
                               size_t count);

typedef struct ms_transport {
    double tempo;    /* quarter notes per minute, 1 ... 10000 */
    double position; /* of the song, in quarter notes, -1e9 ... 1e9 */
    int playing;     /* whether (not 0) it goes on from there; if not, instruments wait for no beat of it */
} ms_transport_t;

/* Where the song of all instruments is at the beginning of the next block, for what they measure in beats. It
 * goes on by itself until the next call. Before the first one the tempo is 120, and nothing plays.
 * MS_ERROR_FULL: more than 64 calls for one block. Since 1.1. [rt] */
MS_API ms_result_t ms_set_transport(ms_sampler_t* sampler, const ms_transport_t* transport);

#ifdef __cplusplus
}
#endif

#endif
