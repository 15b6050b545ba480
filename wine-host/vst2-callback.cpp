// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a VST2 plugin asks its host, from whichever thread it likes.

#include "wine-host/vst2-plugin.hpp"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

namespace decant::host
{
namespace
{

constexpr int host_version = 100; // 0.1.0.0

VstIntPtr write_text(void* pointer, std::string_view text)
{
    if (pointer == nullptr)
        return 0;
    std::memcpy(pointer, text.data(), text.size());
    static_cast<char*>(pointer)[text.size()] = '\0';
    return 1;
}

/// 1: yes, 0: no.
VstIntPtr host_can(const char* what)
{
    constexpr std::string_view abilities[] = {
        "sendVstEvents",       "sendVstMidiEvent", "sendVstTimeInfo", "receiveVstEvents",
        "receiveVstMidiEvent", "startStopProcess", "shellCategory",   "sizeWindow",
    };
    return what != nullptr &&
           std::find(std::begin(abilities), std::end(abilities), what) != std::end(abilities);
}

} // namespace

/// DPF as Debian 12 has it tells the value as a whole number, nought or one, whose bits are next to nothing
/// as a float. As all plugins do, it has moved its parameter before it tells.
float Vst2Plugin::value_told(int index, float told) const noexcept
{
    const bool nothing = !(told >= std::numeric_limits<float>::min());
    if (nothing && effect_ != nullptr && static_cast<std::uint32_t>(index) < effect_->parameters())
        return effect_->parameter(static_cast<std::uint32_t>(index));
    return nothing ? 0.0f : std::min(told, 1.0f);
}

bool Vst2Plugin::resize_editor(int width, VstIntPtr height) noexcept
{
    if (GetCurrentThreadId() != main_thread_ || frame_ == nullptr || width <= 0 || height <= 0 ||
        height > EditorSize::most)
        return false;
    return frame_->resize({static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)});
}

VstIntPtr Vst2Plugin::answer(int opcode, int index, VstIntPtr value, void* pointer, float number)
{
    switch (opcode) {
    case audioMasterAutomate:
        if (index >= 0) {
            const float now = value_told(index, number);
            note_told(static_cast<std::uint32_t>(index), now);
            listener_.parameter_moved(static_cast<std::uint32_t>(index), now);
        }
        return 0;
    case audioMasterVersion:
        return kVstVersion;
    case audioMasterCurrentId:
        return shell_id_;
    case audioMasterWantMidi:
        return 1;
    case audioMasterGetTime:
        return reinterpret_cast<VstIntPtr>(&time_);
    case audioMasterProcessEvents:
        // MIDI from another thread than the one that has a block has no place in time.
        if (pointer == nullptr || !in_process())
            return 0;
        midi_out_.write(*static_cast<const VstEvents*>(pointer), *block_);
        return 1;
    case audioMasterTempoAt:
        return static_cast<VstIntPtr>(time_.tempo * 10000);
    case vst2::host_io_changed:
        listener_.latency_moved();
        return 1;
    case audioMasterSizeWindow:
        return resize_editor(index, value) ? 1 : 0;
    case audioMasterGetSampleRate:
        return static_cast<VstIntPtr>(rate_);
    case audioMasterGetBlockSize:
        return static_cast<VstIntPtr>(max_frames_);
    case audioMasterGetCurrentProcessLevel:
        if (!in_process())
            return vst2::process_level_user;
        return (block_->request.flags & protocol::block_freewheel) != 0 ? kVstProcessLevelOffline
                                                                        : kVstProcessLevelRealtime;
    case vst2::host_get_automation_state:
        return 1; // off
    case audioMasterGetVendorString:
    case audioMasterGetProductString:
        return write_text(pointer, "Decant");
    case audioMasterGetVendorVersion:
        return host_version;
    case audioMasterCanDo:
        return host_can(static_cast<const char*>(pointer));
    case vst2::host_get_directory:
        return reinterpret_cast<VstIntPtr>(file_.directory.c_str());
    case audioMasterBeginEdit:
    case audioMasterEndEdit:
        return 1;
    case vst2::host_update_display:
        // All that most plugins say when people choose another sound in their editor.
        listener_.state_changed();
        values_moved_ = true;
        listener_.work_wanted();
        return 1;
    default:
        return 0;
    }
}

} // namespace decant::host
