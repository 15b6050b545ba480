// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The functions of midi_sampler.h: they check what a C program passes, and let no exception out.

#include "midi-sampler/guarded.hpp"
#include "midi-sampler/sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>

using decant::midi_sampler::failed;
using decant::midi_sampler::Failure;
using decant::midi_sampler::guarded;
using decant::midi_sampler::last_error;
using decant::sampler::QueuedEvent;

namespace
{

ms_result_t null(const char* what) noexcept
{
    return failed(MS_ERROR_ARGUMENT, what);
}

ms_result_t send_message(ms_instrument_t* instrument, std::uint8_t status, std::uint8_t first,
                         std::uint8_t second) noexcept
{
    if (instrument == nullptr || first > 127 || second > 127)
        return MS_ERROR_ARGUMENT;
    return instrument->send({.bytes = {status, first, second}});
}

// On all channels, as ms_send_midi() has them.
ms_result_t send_to_all(ms_instrument_t* instrument, std::uint8_t controller) noexcept
{
    ms_result_t result = MS_OK;
    for (std::uint8_t channel = 0; channel < 16 && result == MS_OK; ++channel)
        result = send_message(instrument, static_cast<std::uint8_t>(0xb0 | channel), controller, 0);
    return result;
}

} // namespace

const char* ms_version()
{
    return MIDI_SAMPLER_VERSION;
}

const char* ms_result_text(ms_result_t result)
{
    switch (result) {
    case MS_OK:
        return "no error";
    case MS_ERROR_ARGUMENT:
        return "an argument is out of range, or null";
    case MS_ERROR_FILE:
        return "a file is missing, or nothing in it can be played";
    case MS_ERROR_MEMORY:
        return "not enough memory";
    case MS_ERROR_PERMISSION:
        return "the system does not allow it";
    case MS_ERROR_FULL:
        return "the event queue is full until the next block";
    case MS_ERROR_INTERNAL:
        return "a fault of the library";
    }
    return "an unknown code";
}

const char* ms_last_error()
{
    return last_error();
}

ms_result_t ms_sampler_create(const ms_audio_config_t* config, ms_sampler_t** sampler)
{
    if (config == nullptr || sampler == nullptr)
        return null("ms_sampler_create() needs a configuration, and where to put the sampler");
    return guarded([&] { *sampler = std::make_unique<ms_sampler>(*config).release(); });
}

void ms_sampler_destroy(ms_sampler_t* sampler)
{
    delete sampler;
}

ms_result_t ms_sampler_enable_rt(ms_sampler_t* sampler, int priority)
{
    if (sampler == nullptr)
        return null("ms_sampler_enable_rt() needs a sampler; create one first");
    return guarded([&] { sampler->enable_rt(priority); });
}

ms_result_t ms_sampler_set_quality(ms_sampler_t* sampler, ms_quality_t quality)
{
    if (sampler == nullptr)
        return null("ms_sampler_set_quality() needs a sampler; create one first");
    const auto index = static_cast<int>(quality);
    if (index < 0 || index >= static_cast<int>(decant::sampler::qualities))
        return failed(MS_ERROR_ARGUMENT, "there is no such quality; give one of ms_quality_t");
    return guarded([&] { sampler->set_quality(static_cast<decant::sampler::Quality>(index)); });
}

ms_result_t ms_sampler_set_volume(ms_sampler_t* sampler, float decibels)
{
    if (sampler == nullptr)
        return null("ms_sampler_set_volume() needs a sampler; create one first");
    if (!(decibels >= -144 && decibels <= 24))
        return failed(MS_ERROR_ARGUMENT, "the volume is out of range; give -144 to 24 dB");
    return guarded([&] { sampler->set_volume(decibels); });
}

ms_result_t ms_sampler_set_offline(ms_sampler_t* sampler, int offline)
{
    if (sampler == nullptr)
        return MS_ERROR_ARGUMENT;
    sampler->set_offline(offline != 0);
    return MS_OK;
}

ms_result_t ms_process(ms_sampler_t* sampler, float* buffer, std::uint32_t frames)
{
    if (sampler == nullptr || (buffer == nullptr && frames != 0))
        return MS_ERROR_ARGUMENT;
    sampler->process(buffer, frames);
    return MS_OK;
}

ms_result_t ms_get_stats(const ms_sampler_t* sampler, std::uint64_t* frames, std::uint32_t* xruns)
{
    if (sampler == nullptr)
        return MS_ERROR_ARGUMENT;
    if (frames != nullptr)
        *frames = sampler->frames();
    if (xruns != nullptr)
        *xruns = static_cast<std::uint32_t>(std::min<std::uint64_t>(sampler->xruns(), UINT32_MAX));
    return MS_OK;
}

ms_result_t ms_get_statistics(const ms_sampler_t* sampler, ms_statistics_t* statistics, std::size_t size)
{
    if (sampler == nullptr || statistics == nullptr)
        return null("ms_get_statistics() needs a sampler, and where to put its statistics");
    return guarded([&] {
        const ms_statistics_t now = sampler->statistics();
        std::memset(statistics, 0, size);
        std::memcpy(statistics, &now, std::min(size, sizeof now));
    });
}

ms_result_t ms_set_sample_memory(std::uint64_t bytes)
{
    constexpr std::uint64_t least = 1 << 20;
    if (bytes < least)
        return failed(MS_ERROR_ARGUMENT, "the memory for samples is too small; give 1 MiB or more");
    return guarded([&] { decant::sampler::SamplePool::shared().set_memory(bytes); });
}

ms_result_t ms_instrument_create(ms_sampler_t* sampler, const char* name, ms_instrument_t** instrument)
{
    if (sampler == nullptr || name == nullptr || instrument == nullptr)
        return null("ms_instrument_create() needs a sampler, a name, and where to put the instrument");
    return guarded([&] { *instrument = &sampler->add(name); });
}

void ms_instrument_destroy(ms_instrument_t* instrument)
{
    if (instrument != nullptr)
        static_cast<void>(guarded([&] { instrument->sampler.remove(*instrument); }));
}

const char* ms_instrument_name(const ms_instrument_t* instrument)
{
    return instrument != nullptr ? instrument->name.c_str() : "";
}

ms_result_t ms_instrument_load(ms_instrument_t* instrument, const char* path)
{
    if (instrument == nullptr || path == nullptr)
        return null("ms_instrument_load() needs an instrument and a path");
    return guarded([&] { instrument->load(path); });
}

ms_result_t ms_instrument_load_sample(ms_instrument_t* instrument, const char* path,
                                      const ms_sample_metadata_t* metadata)
{
    if (instrument == nullptr || path == nullptr)
        return null("ms_instrument_load_sample() needs an instrument and a path");
    return guarded([&] { instrument->load_sample(path, metadata); });
}

const char* ms_instrument_problem(const ms_instrument_t* instrument, std::size_t index)
{
    const char* text = nullptr;
    if (instrument != nullptr)
        static_cast<void>(guarded([&] { text = instrument->problem(index); }));
    return text;
}

ms_result_t ms_note_on(ms_instrument_t* instrument, std::uint8_t key, std::uint8_t velocity, ms_note_t* note)
{
    if (instrument == nullptr || key > 127 || velocity > 127)
        return MS_ERROR_ARGUMENT;
    if (velocity == 0)
        return ms_note_off(instrument, key);
    const ms_note_t name = instrument->next_note();
    const ms_result_t result = instrument->send({.bytes = {0x90, key, velocity}, .note = name});
    if (result == MS_OK && note != nullptr)
        *note = name;
    return result;
}

ms_result_t ms_note_off(ms_instrument_t* instrument, std::uint8_t key)
{
    return send_message(instrument, 0x80, key, 0);
}

ms_result_t ms_note_pitch(ms_instrument_t* instrument, ms_note_t note, float cents)
{
    if (instrument == nullptr || note == 0 || !std::isfinite(cents))
        return MS_ERROR_ARGUMENT;
    return instrument->send({.kind = QueuedEvent::Kind::pitch, .note = note, .value = cents});
}

ms_result_t ms_note_volume(ms_instrument_t* instrument, ms_note_t note, float decibels)
{
    constexpr float silence = -144;
    if (instrument == nullptr || note == 0 || !(decibels >= silence && decibels <= 24))
        return MS_ERROR_ARGUMENT;
    const float gain = decibels > silence ? std::pow(10.0F, decibels / 20) : 0;
    return instrument->send({.kind = QueuedEvent::Kind::volume, .note = note, .value = gain});
}

ms_result_t ms_control_change(ms_instrument_t* instrument, std::uint8_t controller, std::uint8_t value)
{
    constexpr std::uint8_t mode_messages = 120; // have functions of their own
    return controller < mode_messages ? send_message(instrument, 0xb0, controller, value) : MS_ERROR_ARGUMENT;
}

ms_result_t ms_pitch_bend(ms_instrument_t* instrument, int bend)
{
    if (bend < -8192 || bend > 8191)
        return MS_ERROR_ARGUMENT;
    const auto bits = static_cast<unsigned>(bend + 8192);
    return send_message(instrument, 0xe0, static_cast<std::uint8_t>(bits & 0x7f),
                        static_cast<std::uint8_t>(bits >> 7));
}

ms_result_t ms_all_notes_off(ms_instrument_t* instrument)
{
    constexpr std::uint8_t sustain_pedal = 64;
    constexpr std::uint8_t all_notes_off = 123;
    const ms_result_t result = send_to_all(instrument, all_notes_off);
    return result == MS_OK ? send_to_all(instrument, sustain_pedal) : result;
}

ms_result_t ms_all_sound_off(ms_instrument_t* instrument)
{
    constexpr std::uint8_t all_sound_off = 120;
    return send_to_all(instrument, all_sound_off);
}

ms_result_t ms_send_midi(ms_instrument_t* instrument, std::uint32_t frame, const std::uint8_t* message,
                         std::size_t size)
{
    if (instrument == nullptr || message == nullptr || size < 2 || size > 3 ||
        frame >= ms_sampler::longest_block || message[0] < 0x80 || message[0] >= 0xf0 || message[1] > 127)
        return MS_ERROR_ARGUMENT;
    const std::uint8_t last = size == 3 ? message[2] : std::uint8_t{0};
    if (last > 127)
        return MS_ERROR_ARGUMENT;
    return instrument->send({.bytes = {message[0], message[1], last}, .frame = frame});
}

ms_result_t ms_send_ump(ms_instrument_t* instrument, std::uint32_t frame, const std::uint32_t* words,
                        std::size_t count)
{
    // Words of each type of message
    constexpr std::array<std::uint8_t, 16> sizes{1, 1, 1, 2, 2, 4, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4};
    constexpr std::uint32_t midi1 = 2;
    constexpr std::uint32_t midi2 = 4;
    if (instrument == nullptr || words == nullptr || count == 0 || frame >= ms_sampler::longest_block ||
        count != sizes[words[0] >> 28])
        return MS_ERROR_ARGUMENT;
    const auto byte = [&](unsigned shift) {
        return static_cast<std::uint8_t>(words[0] >> shift & 0xff);
    };
    switch (words[0] >> 28) {
    case midi1: {
        const std::array<std::uint8_t, 3> message{byte(16), byte(8), byte(0)};
        return ms_send_midi(instrument, frame, message.data(), message.size());
    }
    case midi2:
        return instrument->send({.midi2 = {words[0], words[1]}, .frame = frame});
    default:
        return MS_OK;
    }
}

ms_result_t ms_set_transport(ms_sampler_t* sampler, const ms_transport_t* transport)
{
    constexpr double furthest = 1e9; // quarter notes
    if (sampler == nullptr || transport == nullptr ||
        !(transport->tempo >= 1 && transport->tempo <= 10'000) ||
        !(std::abs(transport->position) <= furthest))
        return MS_ERROR_ARGUMENT;
    return sampler->set_transport(*transport);
}
