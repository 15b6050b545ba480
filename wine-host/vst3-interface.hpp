// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The interface's classes are COM's: nobody deletes them through a base, and their headers are not ours.
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <pluginterfaces/base/ibstream.h>
#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/gui/iplugview.h>
#include <pluginterfaces/gui/iplugviewcontentscalesupport.h>
#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstcomponent.h>
#include <pluginterfaces/vst/ivsteditcontroller.h>
#include <pluginterfaces/vst/ivstevents.h>
#include <pluginterfaces/vst/ivsthostapplication.h>
#include <pluginterfaces/vst/ivstmessage.h>
#include <pluginterfaces/vst/ivstmidicontrollers.h>
#include <pluginterfaces/vst/ivstnoteexpression.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>
#include <pluginterfaces/vst/ivstpluginterfacesupport.h>
#include <pluginterfaces/vst/ivstprocesscontext.h>
#include <pluginterfaces/vst/ivstunits.h>
#include <pluginterfaces/vst/vstspeaker.h>

namespace decant::host::vst3
{

using namespace Steinberg;
using namespace Steinberg::Vst;

/// The unique id of an interface.
template <class Interface>
const TUID& iid_of() noexcept;

#define DECANT_VST3_INTERFACE(name)                                                                          \
    template <>                                                                                              \
    inline const TUID& iid_of<name>() noexcept                                                               \
    {                                                                                                        \
        return name##_iid;                                                                                   \
    }
DECANT_VST3_INTERFACE(FUnknown)
DECANT_VST3_INTERFACE(IAttributeList)
DECANT_VST3_INTERFACE(IAudioProcessor)
DECANT_VST3_INTERFACE(IBStream)
DECANT_VST3_INTERFACE(IComponent)
DECANT_VST3_INTERFACE(IComponentHandler)
DECANT_VST3_INTERFACE(IComponentHandler2)
DECANT_VST3_INTERFACE(IConnectionPoint)
DECANT_VST3_INTERFACE(IEditController)
DECANT_VST3_INTERFACE(IEventList)
DECANT_VST3_INTERFACE(IHostApplication)
DECANT_VST3_INTERFACE(IMessage)
DECANT_VST3_INTERFACE(IMidiMapping)
DECANT_VST3_INTERFACE(INoteExpressionController)
DECANT_VST3_INTERFACE(IParamValueQueue)
DECANT_VST3_INTERFACE(IParameterChanges)
DECANT_VST3_INTERFACE(IPlugInterfaceSupport)
DECANT_VST3_INTERFACE(IPlugFrame)
DECANT_VST3_INTERFACE(IPlugView)
DECANT_VST3_INTERFACE(IPlugViewContentScaleSupport)
DECANT_VST3_INTERFACE(IPluginFactory)
DECANT_VST3_INTERFACE(IPluginFactory2)
DECANT_VST3_INTERFACE(IPluginFactory3)
DECANT_VST3_INTERFACE(IUnitHandler)
DECANT_VST3_INTERFACE(IUnitInfo)
#undef DECANT_VST3_INTERFACE

/// A counted reference to an object of the plugin.
template <class Interface>
class Ref
{
    Interface* object_ = nullptr;

public:
    Ref() = default;
    /// Takes over the reference that the caller has.
    explicit Ref(Interface* object) noexcept : object_(object) {}
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref&& other) noexcept
    {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref()
    {
        if (object_ != nullptr)
            object_->release();
    }

    [[nodiscard]] Interface* get() const noexcept { return object_; }
    Interface* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
};

/// Another interface of an object; null if it has not got it.
template <class Interface>
[[nodiscard]] Ref<Interface> query(FUnknown* object)
{
    void* found = nullptr;
    if (object == nullptr || object->queryInterface(iid_of<Interface>(), &found) != kResultOk)
        found = nullptr;
    return Ref<Interface>(static_cast<Interface*>(found));
}

/// An object of the host that answers for its interfaces. `counted`: the last reference deletes it; else
/// references mean nothing, and it lives longer than the plugin.
template <bool counted, class... Interfaces>
class HostObject : public Interfaces...
{
    std::atomic<uint32> references_ = 1;

    template <class Interface>
    bool give(const TUID id, void** object)
    {
        if (!FUnknownPrivate::iidEqual(id, iid_of<Interface>()))
            return false;
        *object = static_cast<Interface*>(this);
        return true;
    }

    template <class First, class...>
    FUnknown* first()
    {
        return static_cast<First*>(this);
    }

public:
    HostObject() = default;
    HostObject(const HostObject&) = delete;
    HostObject& operator=(const HostObject&) = delete;
    virtual ~HostObject() = default;

    [[nodiscard]] FUnknown* unknown() { return first<Interfaces...>(); }

    tresult PLUGIN_API queryInterface(const TUID id, void** object) override
    {
        if (object == nullptr)
            return kInvalidArgument;
        *object = FUnknownPrivate::iidEqual(id, iid_of<FUnknown>()) ? unknown() : nullptr;
        if (*object == nullptr && !(give<Interfaces>(id, object) || ...))
            return kNoInterface;
        addRef();
        return kResultOk;
    }

    uint32 PLUGIN_API addRef() override { return counted ? ++references_ : 1; }

    uint32 PLUGIN_API release() override
    {
        if (!counted)
            return 1;
        const uint32 left = --references_;
        if (left == 0)
            delete this;
        return left;
    }
};

/// 32 hexadecimal digits, as authors write an id.
[[nodiscard]] std::string id_text(const TUID id);

/// UTF-8 of what a plugin wrote, which may not end.
[[nodiscard]] std::string text_of(const TChar* text, std::size_t most = 128);

/// For a buffer of the plugin, cut to its size in units, with an end.
void write_text(TChar* to, std::size_t size, const char* ascii) noexcept;

} // namespace decant::host::vst3
