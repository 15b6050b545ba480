// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-message.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host::vst3
{

template <class T>
tresult AttributeList::get(AttrID id, const T*& value) const
{
    const auto found = id != nullptr ? values_.find(id) : values_.end();
    value = found != values_.end() ? std::get_if<T>(&found->second) : nullptr;
    return value != nullptr ? kResultOk : kResultFalse;
}

template <class T>
tresult AttributeList::set(AttrID id, T value)
{
    if (id == nullptr)
        return kInvalidArgument;
    values_[id] = std::move(value);
    return kResultOk;
}

tresult PLUGIN_API AttributeList::setInt(AttrID id, int64 value)
{
    return set(id, value);
}

tresult PLUGIN_API AttributeList::getInt(AttrID id, int64& value)
{
    const int64* found = nullptr;
    if (get(id, found) != kResultOk)
        return kResultFalse;
    value = *found;
    return kResultOk;
}

tresult PLUGIN_API AttributeList::setFloat(AttrID id, double value)
{
    return set(id, value);
}

tresult PLUGIN_API AttributeList::getFloat(AttrID id, double& value)
{
    const double* found = nullptr;
    if (get(id, found) != kResultOk)
        return kResultFalse;
    value = *found;
    return kResultOk;
}

tresult PLUGIN_API AttributeList::setString(AttrID id, const TChar* string)
{
    return string != nullptr ? set(id, Text(string)) : kInvalidArgument;
}

tresult PLUGIN_API AttributeList::getString(AttrID id, TChar* string, uint32 bytes)
{
    const Text* found = nullptr;
    if (string == nullptr || bytes < sizeof(TChar) || get(id, found) != kResultOk)
        return kResultFalse;
    const std::size_t units = std::min<std::size_t>(found->size(), bytes / sizeof(TChar) - 1);
    std::copy_n(found->begin(), units, string);
    string[units] = 0;
    return kResultOk;
}

tresult PLUGIN_API AttributeList::setBinary(AttrID id, const void* data, uint32 bytes)
{
    if (data == nullptr && bytes != 0)
        return kInvalidArgument;
    const auto* first = static_cast<const char*>(data);
    return set(id, bytes != 0 ? Bytes(first, first + bytes) : Bytes());
}

tresult PLUGIN_API AttributeList::getBinary(AttrID id, const void*& data, uint32& bytes)
{
    const Bytes* found = nullptr;
    if (get(id, found) != kResultOk)
        return kResultFalse;
    data = found->data();
    bytes = static_cast<uint32>(found->size());
    return kResultOk;
}

HostApplication& HostApplication::instance()
{
    static HostApplication application;
    return application;
}

tresult PLUGIN_API HostApplication::getName(String128 name)
{
    write_text(name, 128, "Decant");
    return kResultOk;
}

tresult PLUGIN_API HostApplication::createInstance(TUID class_id, TUID interface_id, void** object)
{
    FUnknown* made = nullptr;
    if (FUnknownPrivate::iidEqual(class_id, IMessage_iid))
        made = new Message;
    else if (FUnknownPrivate::iidEqual(class_id, IAttributeList_iid))
        made = new AttributeList;
    if (object != nullptr)
        *object = nullptr;
    if (made == nullptr || object == nullptr)
        return kNotImplemented;
    const tresult result = made->queryInterface(interface_id, object);
    made->release();
    return result;
}

tresult PLUGIN_API HostApplication::isPlugInterfaceSupported(const TUID id)
{
    for (const TUID* known :
         {&IComponent_iid, &IAudioProcessor_iid, &IEditController_iid, &IConnectionPoint_iid, &IUnitInfo_iid,
          &IMidiMapping_iid, &INoteExpressionController_iid})
        if (FUnknownPrivate::iidEqual(id, *known))
            return kResultTrue;
    return kResultFalse;
}

} // namespace decant::host::vst3
