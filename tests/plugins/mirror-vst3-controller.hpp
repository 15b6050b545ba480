// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst3-interface.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace decant::tests::mirror
{

using namespace decant::host::vst3;

enum Parameters : ParamID {
    latency = 5000, ///< times 1000 frames, after a restart
    level,
    follow,  ///< gives its value to "Echo" at the same frame; that changes the state besides
    echo,    ///< read-only
    secret,  ///< hidden; a controller moves it, which is "Learn" times 127, and 21 at first
    program, ///< of three
    message, ///< read-only: the sample rate divided by 96000, as the processor tells the controller
    learn,
    first_parameter = latency,
    last_parameter = learn,
};
constexpr std::size_t parameter_count = last_parameter + 1 - first_parameter;
using Values = std::array<double, parameter_count>;

inline void write_name(TChar* to, const char* name)
{
    while ((*to++ = static_cast<TChar>(*name++)) != 0) {
    }
}

/// The half of the mirrors that knows the parameters.
class Controller final : public HostObject<true, IEditController, IConnectionPoint, IMidiMapping, IUnitInfo,
                                           INoteExpressionController>
{
    Values values_{};
    IComponentHandler* handler_ = nullptr;
    CtrlNumber learnt_ = 21;

    double& value(ParamID id) { return values_[id - first_parameter]; }

    void set_dirty()
    {
        if (const auto handler = query<IComponentHandler2>(handler_))
            handler->setDirty(1);
    }

public:
    tresult PLUGIN_API initialize(FUnknown*) override { return kResultOk; }
    tresult PLUGIN_API terminate() override { return kResultOk; }
    tresult PLUGIN_API setComponentState(IBStream* state) override
    {
        Values values{};
        int32 done = 0;
        state->read(values.data(), sizeof values, &done);
        const double told = value(message);
        values_ = values;
        value(message) = told;
        return kResultOk;
    }
    tresult PLUGIN_API setState(IBStream*) override { return kNotImplemented; }
    tresult PLUGIN_API getState(IBStream*) override { return kNotImplemented; }
    int32 PLUGIN_API getParameterCount() override { return parameter_count; }
    tresult PLUGIN_API getParameterInfo(int32 index, ParameterInfo& info) override
    {
        constexpr const char* names[] = {"Latency", "Level",   "Follow",  "Echo",
                                         "Secret",  "Program", "Message", "Learn"};
        info = {};
        info.id = first_parameter + static_cast<ParamID>(index);
        info.flags = ParameterInfo::kCanAutomate;
        if (info.id == echo || info.id == message)
            info.flags = ParameterInfo::kIsReadOnly;
        if (info.id == secret)
            info.flags = ParameterInfo::kIsHidden;
        if (info.id == program) {
            info.flags |= ParameterInfo::kIsProgramChange | ParameterInfo::kIsList;
            info.stepCount = 2;
        }
        write_name(info.title, names[index]);
        if (info.id == level)
            write_name(info.units, "dB");
        return kResultOk;
    }
    tresult PLUGIN_API getParamStringByValue(ParamID, ParamValue, String128) override
    {
        return kNotImplemented;
    }
    tresult PLUGIN_API getParamValueByString(ParamID, TChar*, ParamValue&) override
    {
        return kNotImplemented;
    }
    ParamValue PLUGIN_API normalizedParamToPlain(ParamID, ParamValue value) override { return value; }
    ParamValue PLUGIN_API plainParamToNormalized(ParamID, ParamValue value) override { return value; }
    ParamValue PLUGIN_API getParamNormalized(ParamID id) override { return value(id); }
    tresult PLUGIN_API setParamNormalized(ParamID id, ParamValue now) override
    {
        const bool moved = value(id) != now;
        value(id) = now;
        if (id == latency && moved)
            handler_->restartComponent(kLatencyChanged);
        if (id == follow && moved)
            set_dirty();
        if (id == learn && moved) {
            learnt_ = static_cast<CtrlNumber>(now * 127 + 0.5);
            handler_->restartComponent(kMidiCCAssignmentChanged);
        }
        return kResultOk;
    }
    tresult PLUGIN_API setComponentHandler(IComponentHandler* handler) override
    {
        handler_ = handler;
        return kResultOk;
    }
    IPlugView* PLUGIN_API createView(FIDString) override { return nullptr; }

    tresult PLUGIN_API connect(IConnectionPoint*) override { return kResultOk; }
    tresult PLUGIN_API disconnect(IConnectionPoint*) override { return kResultOk; }
    tresult PLUGIN_API notify(IMessage* told) override
    {
        double rate = 0;
        if (std::strcmp(told->getMessageID(), "rate") == 0 &&
            told->getAttributes()->getFloat("Hz", rate) == kResultOk)
            value(message) = rate / 96000;
        // As plugins of iPlug2 do whenever they are activated, also if it has not changed.
        handler_->restartComponent(kLatencyChanged);
        return kResultOk;
    }

    tresult PLUGIN_API getMidiControllerAssignment(int32, int16, CtrlNumber number, ParamID& id) override
    {
        id = secret;
        return number == learnt_ ? kResultTrue : kResultFalse;
    }

    int32 PLUGIN_API getUnitCount() override { return 1; }
    tresult PLUGIN_API getUnitInfo(int32, UnitInfo& unit) override
    {
        unit = {};
        unit.id = kRootUnitId;
        unit.parentUnitId = kNoParentUnitId;
        unit.programListId = 1;
        return kResultOk;
    }
    int32 PLUGIN_API getProgramListCount() override { return 1; }
    tresult PLUGIN_API getProgramListInfo(int32, ProgramListInfo& list) override
    {
        list = {};
        list.id = 1;
        list.programCount = 3;
        return kResultOk;
    }
    tresult PLUGIN_API getProgramName(ProgramListID, int32 index, String128 name) override
    {
        constexpr const char* names[] = {"First", "Second", "Third"};
        write_name(name, names[index]);
        return kResultOk;
    }
    tresult PLUGIN_API getProgramInfo(ProgramListID, int32, Steinberg::Vst::CString, String128) override
    {
        return kNotImplemented;
    }
    tresult PLUGIN_API hasProgramPitchNames(ProgramListID, int32) override { return kResultFalse; }
    tresult PLUGIN_API getProgramPitchName(ProgramListID, int32, int16, String128) override
    {
        return kNotImplemented;
    }
    UnitID PLUGIN_API getSelectedUnit() override { return kRootUnitId; }
    tresult PLUGIN_API selectUnit(UnitID) override { return kResultOk; }
    tresult PLUGIN_API getUnitByBus(MediaType, BusDirection, int32, int32, UnitID& unit) override
    {
        unit = kRootUnitId;
        return kResultOk;
    }
    tresult PLUGIN_API setUnitProgramData(int32, int32, IBStream*) override { return kNotImplemented; }

    int32 PLUGIN_API getNoteExpressionCount(int32, int16) override { return 1; }
    tresult PLUGIN_API getNoteExpressionInfo(int32, int16, int32, NoteExpressionTypeInfo&) override
    {
        return kNotImplemented;
    }
    tresult PLUGIN_API getNoteExpressionStringByValue(int32, int16, NoteExpressionTypeID, NoteExpressionValue,
                                                      String128) override
    {
        return kNotImplemented;
    }
    tresult PLUGIN_API getNoteExpressionValueByString(int32, int16, NoteExpressionTypeID, const TChar*,
                                                      NoteExpressionValue&) override
    {
        return kNotImplemented;
    }
};

} // namespace decant::tests::mirror
