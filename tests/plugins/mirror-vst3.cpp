// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Two VST3 effects for tests that give back whatever the host gives: "Mirror", and "Mirror in double", which
// takes nothing but double precision. Processor and controller are two objects. The parameter "Level" is
// heard frame by frame, the side chain on the right, and what the host says of the time on an output of its
// own.

#include "tests/plugins/hoard.hpp"
#include "tests/plugins/mirror-vst3-controller.hpp"
#include "wine-host/vst3-interface.hpp"

#include <array>
#include <cstring>
#include <vector>

namespace
{

using namespace decant::host::vst3;
using namespace decant::tests::mirror;
using decant::tests::hoard_bytes;

const TUID mirror_id = INLINE_UID(0xDECA4701, 1, 2, 3);
const TUID double_id = INLINE_UID(0xDECA4702, 1, 2, 3);
const TUID controller_id = INLINE_UID(0xDECA4703, 1, 2, 3);

class Processor final : public HostObject<true, IComponent, IAudioProcessor, IConnectionPoint>
{
    Ref<IHostApplication> host_;
    IConnectionPoint* peer_ = nullptr;
    const bool in_double_;
    Values values_{};
    double rate_ = 0;
    uint32 latency_in_use_ = 0;
    double tuning_ = 0;
    int32 mode_ = -1;
    SpeakerArrangement arrangements_[2][2] = {
        {SpeakerArr::kStereo, SpeakerArr::kMono},
        {SpeakerArr::kStereo, SpeakerArr::kMono}}; ///< by direction and bus

    double& value(ParamID id) { return values_[id - first_parameter]; }

    void apply(IParameterChanges* changes, int32 frame, IParameterChanges* out)
    {
        for (int32 i = 0; changes != nullptr && i < changes->getParameterCount(); ++i) {
            IParamValueQueue* queue = changes->getParameterData(i);
            for (int32 k = 0; k < queue->getPointCount(); ++k) {
                int32 at = 0;
                ParamValue now = 0;
                if (queue->getPoint(k, at, now) != kResultOk || at != frame)
                    continue;
                value(queue->getParameterId()) = now;
                int32 index = 0;
                if (queue->getParameterId() == follow)
                    if (auto* echoed = out->addParameterData(echo, index))
                        echoed->addPoint(frame, now, index);
            }
        }
    }

    template <class Sample>
    void write(ProcessData& data, Sample** (*channels)(AudioBusBuffers&))
    {
        Sample** main = channels(data.outputs[0]);
        Sample* time = channels(data.outputs[1])[0];
        const Sample* key = channels(data.inputs[1])[0];
        for (int32 frame = 0; frame < data.numSamples; ++frame) {
            apply(data.inputParameterChanges, frame, data.outputParameterChanges);
            main[0][frame] = static_cast<Sample>(value(level));
            main[1][frame] = key[frame];
            for (int32 channel = 2; channel < data.outputs[0].numChannels; ++channel)
                main[channel][frame] = static_cast<Sample>(channel);
            time[frame] = 0;
        }
        const ProcessContext& context = *data.processContext;
        const double told[] = {context.tempo,
                               context.projectTimeMusic,
                               static_cast<double>(context.projectTimeSamples),
                               static_cast<double>(context.state & 0xffff),
                               context.barPositionMusic,
                               static_cast<double>(context.timeSigNumerator),
                               value(secret),
                               value(program),
                               tuning_,
                               static_cast<double>(data.processMode == mode_ ? mode_ : -1)};
        for (int32 i = 0; i < static_cast<int32>(std::size(told)) && i < data.numSamples; ++i)
            time[i] = static_cast<Sample>(told[i]);
    }

public:
    explicit Processor(bool in_double) : in_double_(in_double) {}

    tresult PLUGIN_API initialize(FUnknown* context) override
    {
        host_ = query<IHostApplication>(context);
        return host_ ? kResultOk : kResultFalse;
    }
    tresult PLUGIN_API terminate() override { return kResultOk; }
    tresult PLUGIN_API getControllerClassId(TUID id) override
    {
        std::memcpy(id, controller_id, sizeof(TUID));
        return kResultOk;
    }
    tresult PLUGIN_API setIoMode(IoMode) override { return kNotImplemented; }
    int32 PLUGIN_API getBusCount(MediaType type, BusDirection) override { return type == kAudio ? 2 : 1; }
    tresult PLUGIN_API getBusInfo(MediaType type, BusDirection direction, int32 index, BusInfo& bus) override
    {
        bus = {};
        bus.mediaType = type;
        bus.direction = direction;
        bus.channelCount = type == kEvent ? 16 : SpeakerArr::getChannelCount(arrangements_[direction][index]);
        bus.busType = index == 0 ? kMain : kAux;
        bus.flags = index == 0 ? BusInfo::kDefaultActive : 0;
        write_name(bus.name, index == 0 ? "Main" : (direction == kInput ? "Key" : "Time"));
        return kResultOk;
    }
    tresult PLUGIN_API getRoutingInfo(RoutingInfo&, RoutingInfo&) override { return kNotImplemented; }
    tresult PLUGIN_API activateBus(MediaType, BusDirection, int32, TBool) override { return kResultOk; }
    tresult PLUGIN_API setActive(TBool on) override
    {
        if (on == 0)
            return kResultOk;
        latency_in_use_ = static_cast<uint32>(value(latency) * 1000 + 0.5);
        if (peer_ == nullptr)
            return kResultOk;
        void* made = nullptr;
        TUID id;
        std::memcpy(id, IMessage_iid, sizeof id);
        if (host_->createInstance(id, id, &made) != kResultOk)
            return kResultFalse;
        const Ref told(static_cast<IMessage*>(made));
        told->setMessageID("rate");
        told->getAttributes()->setFloat("Hz", rate_);
        return peer_->notify(told.get());
    }
    tresult PLUGIN_API setState(IBStream* state) override
    {
        int32 done = 0;
        Values values{};
        state->read(values.data(), sizeof values, &done);
        if (done != static_cast<int32>(sizeof values))
            return kResultFalse;
        values_ = values;
        return kResultOk;
    }
    tresult PLUGIN_API getState(IBStream* state) override
    {
        const tresult written = state->write(values_.data(), sizeof values_, nullptr);
        std::vector<char> portion(1024 * 1024);
        for (auto left = hoard_bytes(); left >= portion.size(); left -= portion.size()) // and never asks
            state->write(portion.data(), static_cast<int32>(portion.size()), nullptr);
        return written;
    }

    tresult PLUGIN_API setBusArrangements(SpeakerArrangement* in, int32, SpeakerArrangement* out,
                                          int32) override
    {
        const bool known = (out[0] == SpeakerArr::kStereo || out[0] == SpeakerArr::k51) &&
                           (in[0] == out[0] || in[0] == SpeakerArr::kMono);
        // As plugins do that come as near as they can, what is wanted or not.
        arrangements_[kInput][0] = known ? in[0] : SpeakerArr::kMono;
        arrangements_[kOutput][0] = known ? out[0] : SpeakerArr::kStereo;
        return known ? kResultTrue : kResultFalse;
    }
    tresult PLUGIN_API getBusArrangement(BusDirection direction, int32 index,
                                         SpeakerArrangement& arrangement) override
    {
        arrangement = arrangements_[direction][index];
        return kResultOk;
    }
    tresult PLUGIN_API canProcessSampleSize(int32 size) override
    {
        return (size == kSample64) == in_double_ ? kResultTrue : kResultFalse;
    }
    uint32 PLUGIN_API getLatencySamples() override { return latency_in_use_; }
    tresult PLUGIN_API setupProcessing(ProcessSetup& setup) override
    {
        rate_ = setup.sampleRate;
        mode_ = setup.processMode;
        return kResultOk;
    }
    tresult PLUGIN_API setProcessing(TBool) override { return kResultOk; }
    tresult PLUGIN_API process(ProcessData& data) override
    {
        for (int32 i = 0; i < data.inputEvents->getEventCount(); ++i) {
            Event event{};
            data.inputEvents->getEvent(i, event);
            if (event.type == Event::kNoteExpressionValueEvent &&
                event.noteExpressionValue.typeId == kTuningTypeID)
                tuning_ = event.noteExpressionValue.value;
            data.outputEvents->addEvent(event);
        }
        if (in_double_)
            write<double>(data, [](AudioBusBuffers& bus) { return bus.channelBuffers64; });
        else
            write<float>(data, [](AudioBusBuffers& bus) { return bus.channelBuffers32; });
        return kResultOk;
    }
    uint32 PLUGIN_API getTailSamples() override { return 0; }

    tresult PLUGIN_API connect(IConnectionPoint* other) override
    {
        peer_ = other;
        return kResultOk;
    }
    tresult PLUGIN_API disconnect(IConnectionPoint*) override
    {
        peer_ = nullptr;
        return kResultOk;
    }
    tresult PLUGIN_API notify(IMessage*) override { return kResultOk; }
};

class Factory final : public HostObject<false, IPluginFactory2>
{
public:
    tresult PLUGIN_API queryInterface(const TUID id, void** object) override
    {
        return HostObject::queryInterface(
            FUnknownPrivate::iidEqual(id, IPluginFactory_iid) ? IPluginFactory2_iid : id, object);
    }
    tresult PLUGIN_API getFactoryInfo(PFactoryInfo* info) override
    {
        *info = PFactoryInfo("The Decant authors", "", "", PFactoryInfo::kUnicode);
        return kResultOk;
    }
    int32 PLUGIN_API countClasses() override { return 3; }
    tresult PLUGIN_API getClassInfo(int32 index, PClassInfo* info) override
    {
        PClassInfo2 more;
        getClassInfo2(index, &more);
        *info = PClassInfo(more.cid, more.cardinality, more.category, more.name);
        return kResultOk;
    }
    tresult PLUGIN_API createInstance(FIDString id, FIDString interface_id, void** object) override
    {
        FUnknown* made = nullptr;
        if (FUnknownPrivate::iidEqual(id, controller_id))
            made = (new Controller)->unknown();
        else
            made = (new Processor(FUnknownPrivate::iidEqual(id, double_id)))->unknown();
        const tresult result = made->queryInterface(interface_id, object);
        made->release();
        return result;
    }
    tresult PLUGIN_API getClassInfo2(int32 index, PClassInfo2* info) override
    {
        const TUID* const ids[] = {&controller_id, &mirror_id, &double_id};
        constexpr const char* names[] = {"Controller", "Mirror", "Mirror in double"};
        *info = PClassInfo2(*ids[index], PClassInfo::kManyInstances,
                            index == 0 ? kVstComponentControllerClass : kVstAudioEffectClass, names[index], 0,
                            "Fx|Tools", "", "3.2.1", kVstVersionString);
        return kResultOk;
    }
};

} // namespace

extern "C" __declspec(dllexport) IPluginFactory* PLUGIN_API GetPluginFactory()
{
    static Factory factory;
    return &factory;
}
