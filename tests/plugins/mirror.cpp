// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 effect for tests that gives back whatever the host gives: audio, MIDI, SysEx and what it says of
// itself. It has more channels than Decant carries, programs instead of a chunk, and it misbehaves on demand.

#include <fst/aeffectx.h>

#include <cstring>

namespace
{

constexpr int pins = 66;
constexpr int host_opcode_io_changed = 13;
constexpr int host_opcode_update_display = 42;

enum Parameter {
    latency, ///< times 1000 frames, told with audioMasterIOChanged
    crash,   ///< above a half: the next block writes to address zero
    hang,    ///< above a half: the next block never ends
    follow,  ///< moves `echo` to its own value from within the next block
    echo,    ///< which program it is, too; sends controller 7 when it is set
    browse,  ///< the next block takes another sound: moves `echo` to the same value, and tells only of that
    parameter_count,
};

struct Mirror {
    AEffect effect{};
    audioMasterCallback host = nullptr;
    float parameters[parameter_count] = {};
    VstIntPtr program = 0;
    bool following = false;
    bool browsing = false;
};

Mirror* self(AEffect* effect)
{
    return static_cast<Mirror*>(effect->object);
}

VstIntPtr write(void* pointer, const char* text)
{
    std::strcpy(static_cast<char*>(pointer), text);
    return 1;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int index, VstIntPtr value, void* const pointer, float)
{
    Mirror& mirror = *self(effect);
    switch (opcode) {
    case effClose:
        delete &mirror;
        return 0;
    case effGetEffectName:
        return write(pointer, "Mirror");
    case effGetVendorString:
        return write(pointer, "M\xfcller"); // not UTF-8
    case effGetParamName: {
        const char* const names[parameter_count] = {"Latency", "Crash", "Hang", "Follow", "Echo", "Browse"};
        return write(pointer, names[index]);
    }
    case effSetProgram:
        mirror.program = value;
        mirror.parameters[echo] = static_cast<float>(value);
        return 0;
    case effGetProgram:
        return mirror.program;
    case effGetProgramNameIndexed:
        return write(pointer, index == 0 ? "First" : "Second");
    case effCanDo:
        return std::strstr(static_cast<const char*>(pointer), "Vst") != nullptr;
    case effProcessEvents:
        mirror.host(effect, audioMasterProcessEvents, 0, 0, pointer, 0);
        return 1;
    default:
        return 0;
    }
}

/// As plugins do that show their knobs on a control surface.
void send_controller(Mirror& mirror, float value)
{
    VstMidiEvent message{};
    message.type = kVstMidiType;
    message.byteSize = sizeof message;
    message.midiData[0] = 0xb0;
    message.midiData[1] = 7;
    message.midiData[2] = static_cast<unsigned char>(value * 127 + 0.5f);
    alignas(VstEvents) unsigned char memory[sizeof(VstEvents) + sizeof(VstEvent*)] = {};
    auto* events = reinterpret_cast<VstEvents*>(memory);
    events->numEvents = 1;
    events->events[0] = reinterpret_cast<VstEvent*>(&message);
    mirror.host(&mirror.effect, audioMasterProcessEvents, 0, 0, events, 0);
}

void set_parameter(AEffect* effect, int index, float value)
{
    Mirror& mirror = *self(effect);
    mirror.parameters[index] = value;
    if (index == latency) {
        effect->initialDelay = static_cast<int>(value * 1000 + 0.5f);
        mirror.host(effect, host_opcode_io_changed, 0, 0, nullptr, 0);
    }
    mirror.following = mirror.following || index == follow;
    mirror.browsing = mirror.browsing || index == browse;
    if (index == echo)
        send_controller(mirror, value);
}

float get_parameter(AEffect* effect, int index)
{
    return self(effect)->parameters[index];
}

void process(AEffect* effect, float** inputs, float** outputs, int frames)
{
    Mirror& mirror = *self(effect);
    if (mirror.parameters[crash] > 0.5f)
        *static_cast<volatile int*>(nullptr) = 1;
    while (mirror.parameters[hang] > 0.5f) {
        static volatile unsigned long long turns;
        turns = turns + 1;
    }
    if (mirror.following)
        mirror.host(effect, audioMasterAutomate, echo, 0, nullptr, mirror.parameters[follow]);
    mirror.following = false;
    if (mirror.browsing) {
        mirror.parameters[echo] = mirror.parameters[browse];
        mirror.host(effect, host_opcode_update_display, 0, 0, nullptr, 0);
    }
    mirror.browsing = false;

    for (int pin = 0; pin < pins; ++pin)
        std::memcpy(outputs[pin], inputs[pin], sizeof(float) * static_cast<unsigned>(frames));
    // The second channel tells what the host says of the time.
    const auto* time =
        reinterpret_cast<const VstTimeInfo*>(mirror.host(effect, audioMasterGetTime, 0, 0, nullptr, 0));
    const double told[] = {
        time->tempo,
        time->ppqPos,
        time->samplePos,
        time->sampleRate,
        static_cast<double>(time->flags),
        static_cast<double>(time->timeSigNumerator),
        static_cast<double>(mirror.host(effect, audioMasterGetCurrentProcessLevel, 0, 0, nullptr, 0)),
        static_cast<double>(mirror.host(effect, audioMasterGetBlockSize, 0, 0, nullptr, 0))};
    for (int i = 0; i < 8 && i < frames; ++i)
        outputs[1][i] = static_cast<float>(told[i]);
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback host)
{
    auto* mirror = new Mirror;
    mirror->host = host;
    AEffect& effect = mirror->effect;
    effect.magic = kEffectMagic;
    effect.dispatcher = dispatch;
    effect.setParameter = set_parameter;
    effect.getParameter = get_parameter;
    effect.processReplacing = process;
    effect.numPrograms = 2;
    effect.numParams = parameter_count;
    effect.numInputs = effect.numOutputs = pins;
    effect.flags = effFlagsCanReplacing;
    effect.uniqueID = CCONST('D', 't', 'M', 'r');
    effect.version = 1230;
    effect.object = mirror;
    return &effect;
}
