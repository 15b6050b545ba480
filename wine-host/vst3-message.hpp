// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst3-interface.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace decant::host::vst3
{

/// Named values that the halves of a plugin send each other. [the plugin's threads]
class AttributeList final : public HostObject<true, IAttributeList>
{
    using Text = std::basic_string<TChar>;
    using Bytes = std::vector<char>;
    std::map<std::string, std::variant<int64, double, Text, Bytes>> values_;

    template <class T>
    tresult get(AttrID id, const T*& value) const;
    template <class T>
    tresult set(AttrID id, T value);

public:
    tresult PLUGIN_API setInt(AttrID id, int64 value) override;
    tresult PLUGIN_API getInt(AttrID id, int64& value) override;
    tresult PLUGIN_API setFloat(AttrID id, double value) override;
    tresult PLUGIN_API getFloat(AttrID id, double& value) override;
    tresult PLUGIN_API setString(AttrID id, const TChar* string) override;
    tresult PLUGIN_API getString(AttrID id, TChar* string, uint32 bytes) override;
    tresult PLUGIN_API setBinary(AttrID id, const void* data, uint32 bytes) override;
    tresult PLUGIN_API getBinary(AttrID id, const void*& data, uint32& bytes) override;
};

/// What the halves of a plugin send each other.
class Message final : public HostObject<true, IMessage>
{
    std::string id_;
    Ref<AttributeList> attributes_{new AttributeList};

public:
    FIDString PLUGIN_API getMessageID() override { return id_.c_str(); }
    void PLUGIN_API setMessageID(FIDString id) override { id_ = id != nullptr ? id : ""; }
    IAttributeList* PLUGIN_API getAttributes() override { return attributes_.get(); }
};

/// The host as every plugin of the process sees it. [any]
class HostApplication final : public HostObject<false, IHostApplication, IPlugInterfaceSupport>
{
public:
    static HostApplication& instance();

    tresult PLUGIN_API getName(String128 name) override;
    tresult PLUGIN_API createInstance(TUID class_id, TUID interface_id, void** object) override;
    tresult PLUGIN_API isPlugInterfaceSupported(const TUID id) override;
};

} // namespace decant::host::vst3
