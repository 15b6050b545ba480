// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The functions of midi_sampler.h, but for those that play: they check what a C program passes, and let no
// exception out.

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
using decant::midi_sampler::refused;

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
        return refused("ms_sampler_create() needs a configuration, and where to put the sampler");
    return guarded([&] { *sampler = std::make_unique<ms_sampler>(*config).release(); });
}

void ms_sampler_destroy(ms_sampler_t* sampler)
{
    delete sampler;
}

ms_result_t ms_sampler_enable_rt(ms_sampler_t* sampler, int priority)
{
    if (sampler == nullptr)
        return refused("ms_sampler_enable_rt() needs a sampler; create one first");
    return guarded([&] { sampler->enable_rt(priority); });
}

ms_result_t ms_sampler_set_quality(ms_sampler_t* sampler, ms_quality_t quality)
{
    if (sampler == nullptr)
        return refused("ms_sampler_set_quality() needs a sampler; create one first");
    const auto index = static_cast<int>(quality);
    if (index < 0 || index >= static_cast<int>(decant::sampler::qualities))
        return refused("ms_sampler_set_quality() knows no such quality; give one of ms_quality_t");
    return guarded([&] { sampler->set_quality(static_cast<decant::sampler::Quality>(index)); });
}

ms_result_t ms_sampler_set_volume(ms_sampler_t* sampler, float decibels)
{
    if (sampler == nullptr)
        return refused("ms_sampler_set_volume() needs a sampler; create one first");
    if (!(decibels >= -144 && decibels <= 24))
        return refused("the volume of ms_sampler_set_volume() is out of range; give -144 to 24 dB");
    return guarded([&] { sampler->set_volume(decibels); });
}

ms_result_t ms_sampler_set_offline(ms_sampler_t* sampler, int offline)
{
    if (sampler == nullptr)
        return refused("ms_sampler_set_offline() needs a sampler; create one first");
    sampler->set_offline(offline != 0);
    return MS_OK;
}

ms_result_t ms_process(ms_sampler_t* sampler, float* buffer, std::uint32_t frames)
{
    if (sampler == nullptr || (buffer == nullptr && frames != 0))
        return refused("ms_process() needs a sampler, and a buffer with room for the frames");
    sampler->process(buffer, frames);
    return MS_OK;
}

ms_result_t ms_get_stats(const ms_sampler_t* sampler, std::uint64_t* frames, std::uint32_t* xruns)
{
    if (sampler == nullptr)
        return refused("ms_get_stats() needs a sampler; create one first");
    if (frames != nullptr)
        *frames = sampler->frames();
    if (xruns != nullptr)
        *xruns = static_cast<std::uint32_t>(std::min<std::uint64_t>(sampler->xruns(), UINT32_MAX));
    return MS_OK;
}

ms_result_t ms_get_statistics(const ms_sampler_t* sampler, ms_statistics_t* statistics, std::size_t size)
{
    if (sampler == nullptr || statistics == nullptr)
        return refused("ms_get_statistics() needs a sampler, and where to put its statistics");
    constexpr std::size_t longest = 4096; // of any version; beyond it is no size, but a slip
    if (size == 0 || size > longest)
        return refused("the size for ms_get_statistics() is out of range, which is 1 to 4096; give "
                       "sizeof(ms_statistics_t)");
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
        return refused("the memory of ms_set_sample_memory() is too small; give 1 MiB (1048576) or more");
    return guarded([&] { decant::sampler::SamplePool::shared().set_memory(bytes); });
}

ms_result_t ms_instrument_create(ms_sampler_t* sampler, const char* name, ms_instrument_t** instrument)
{
    if (sampler == nullptr || name == nullptr || instrument == nullptr)
        return refused("ms_instrument_create() needs a sampler, a name, and where to put the instrument");
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
        return refused("ms_instrument_load() needs an instrument and a path");
    if (*path == '\0')
        return failed(MS_ERROR_FILE, "the path of ms_instrument_load() is empty; name a file");
    return guarded([&] { instrument->load(path); });
}

ms_result_t ms_instrument_load_sample(ms_instrument_t* instrument, const char* path,
                                      const ms_sample_metadata_t* metadata)
{
    if (instrument == nullptr || path == nullptr)
        return refused("ms_instrument_load_sample() needs an instrument and a path");
    if (*path == '\0')
        return failed(MS_ERROR_FILE, "the path of ms_instrument_load_sample() is empty; name a file");
    return guarded([&] { instrument->load_sample(path, metadata); });
}

const char* ms_instrument_problem(const ms_instrument_t* instrument, std::size_t index)
{
    const char* text = nullptr;
    if (instrument != nullptr)
        static_cast<void>(guarded([&] { text = instrument->problem(index); }));
    return text;
}
