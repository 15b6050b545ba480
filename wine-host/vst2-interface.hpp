// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include <fst/aeffectx.h>

/// The numbers of the VST2 interface that plugins use and fst (0.122) does not know. They are the ones that
/// other free hosts use.
namespace decant::host::vst2
{

enum HostOpcode : int {
    host_pin_connected = 4,
    host_io_changed = 13,
    host_get_automation_state = 24,
    host_get_directory = 41,
    host_update_display = 42,
};

enum EffectOpcode : int {
    effect_get_parameter_properties = 56,
};

enum PinFlags : int {
    pin_is_stereo = 1 << 1, ///< with the next pin
};

enum ProcessLevel : int {
    process_level_user = 1, ///< the thread of the windows
};

/// Of a speaker, counted on from kSpeakerL = 1.
enum Speaker : int {
    speaker_center = 3,
    speaker_lfe = 4,
    speaker_surround_left = 5,
    speaker_surround_right = 6,
    speaker_left_of_center = 7,
    speaker_right_of_center = 8,
    speaker_surround = 9,
    speaker_side_left = 10,
    speaker_side_right = 11,
};

/// Of all speakers together, counted on from kSpeakerArrStereo = 1.
enum Arrangement : int {
    arrangement_quad = 11,
    arrangement_5_0 = 14,
    arrangement_5_1 = 15,
    arrangement_7_1 = 23, ///< with speakers at the sides
};

/// fst's has no room for any speaker.
struct SpeakerArrangement {
    static constexpr int most = 8;
    int type;
    int channels;
    VstSpeakerProperties speakers[most];
};
static_assert(sizeof(VstSpeakerProperties) == 112);
static_assert(sizeof(SpeakerArrangement) == 8 + 8 * 112);

enum ParameterFlags : std::uint32_t {
    parameter_is_switch = 1u << 0,
    parameter_uses_integers = 1u << 1,
};

struct ParameterProperties {
    float step, small_step, large_step;
    char name[64];
    std::uint32_t flags;           ///< ParameterFlags
    std::int32_t minimum, maximum; ///< of integers
    std::int32_t integer_step;
    char label[8];
    std::uint16_t index, category, count_in_category, reserved;
    char category_label[24];
    char future[16];
};
static_assert(sizeof(ParameterProperties) == 148);

/// As plugins write it: fst's structure lacks the end.
struct PinProperties {
    VstPinProperties known;
    char future[48];
};
static_assert(sizeof(PinProperties) == 128);

// What fst has found out about the places of fields, at our own pointer width.
static_assert(sizeof(VstMidiEvent) == 32);
static_assert(sizeof(VstMidiSysexEvent) == 16 + 4 * sizeof(void*));
static_assert(offsetof(VstTimeInfo, flags) == 84);
static_assert(offsetof(AEffect, uniqueID) == (sizeof(void*) == 8 ? 112 : 72));

} // namespace decant::host::vst2
