// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-component.hpp"

#include "wine-host/plugin.hpp"
#include "wine-host/protocol/wire.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"
#include "wine-host/vst3-message.hpp"
#include "wine-host/vst3-stream.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host::vst3
{
namespace
{

using protocol::FailureCode;

/// Of a fixed field, which may be full.
template <std::size_t size>
std::string text_in(const char8 (&field)[size])
{
    return from_plugin(std::string(field, std::find(field, field + size, '\0')).c_str());
}

template <std::size_t size>
std::string text_in(const char16 (&field)[size])
{
    return text_of(field, size);
}

template <class Interface>
Ref<Interface> make(IPluginFactory& factory, const TUID id)
{
    void* made = nullptr;
    if (factory.createInstance(id, iid_of<Interface>(), &made) != kResultOk)
        made = nullptr;
    return Ref<Interface>(static_cast<Interface*>(made));
}

} // namespace

std::vector<PluginClass> plugin_classes(IPluginFactory& factory)
{
    constexpr int32 most = 4096;
    const auto factory2 = query<IPluginFactory2>(&factory);
    const auto factory3 = query<IPluginFactory3>(&factory);
    PFactoryInfo info;
    factory.getFactoryInfo(&info);
    std::vector<PluginClass> plugins;
    for (int32 i = 0; i < std::min(factory.countClasses(), most); ++i) {
        PClassInfo first;
        if (factory.getClassInfo(i, &first) != kResultOk ||
            std::strncmp(first.category, kVstAudioEffectClass, sizeof first.category) != 0)
            continue;
        PluginClass plugin{{}, id_text(first.cid), text_in(first.name), text_in(info.vendor), {}, {}};
        std::memcpy(plugin.id, first.cid, sizeof plugin.id);
        const auto add = [&plugin](const auto& more) {
            plugin.name = text_in(more.name);
            plugin.version = text_in(more.version);
            plugin.categories = text_in(more.subCategories);
            if (more.vendor[0] != 0)
                plugin.vendor = text_in(more.vendor);
        };
        PClassInfo2 second;
        PClassInfoW third;
        if (factory3 && factory3->getClassInfoUnicode(i, &third) == kResultOk)
            add(third);
        else if (factory2 && factory2->getClassInfo2(i, &second) == kResultOk)
            add(second);
        plugins.push_back(std::move(plugin));
    }
    return plugins;
}

Component::Component(IPluginFactory& factory, const PluginClass& plugin, const LoadedFile& file,
                     IComponentHandler& handler)
    : component_(make<IComponent>(factory, plugin.id))
{
    const auto refused = [&file] {
        return PluginError(FailureCode::refused, file.name +
                                                     " refused to start; it may need files or a licence that "
                                                     "its installer puts into the Wine prefix");
    };
    if (!component_ || component_->initialize(HostApplication::instance().unknown()) != kResultOk)
        throw refused();
    processor_ = query<IAudioProcessor>(component_.get());
    if (!processor_) {
        component_->terminate();
        throw PluginError(FailureCode::not_a_plugin, file.name + " does not process audio");
    }
    make_controller(factory);
    if (!controller_)
        return;
    controller_->setComponentHandler(&handler);
    connect();
    const Ref state(new MemoryStream);
    if (component_->getState(state.get()) == kResultOk && !state->overrun()) {
        const Ref copy(new MemoryStream(state->bytes()));
        controller_->setComponentState(copy.get());
    }
}

Component::~Component()
{
    if (component_point_ && controller_point_) {
        component_point_->disconnect(controller_point_.get());
        controller_point_->disconnect(component_point_.get());
    }
    component_point_ = {};
    controller_point_ = {};
    if (controller_) {
        controller_->setComponentHandler(nullptr);
        if (!single_)
            controller_->terminate();
    }
    if (processor_)
        component_->terminate();
}

void Component::make_controller(IPluginFactory& factory)
{
    controller_ = query<IEditController>(component_.get());
    single_ = static_cast<bool>(controller_);
    if (single_)
        return;
    TUID id{};
    if (component_->getControllerClassId(id) != kResultOk)
        return;
    controller_ = make<IEditController>(factory, id);
    if (controller_ && controller_->initialize(HostApplication::instance().unknown()) != kResultOk)
        controller_ = {};
}

void Component::connect()
{
    if (single_)
        return;
    component_point_ = query<IConnectionPoint>(component_.get());
    controller_point_ = query<IConnectionPoint>(controller_.get());
    if (!component_point_ || !controller_point_)
        return;
    component_point_->connect(controller_point_.get());
    controller_point_->connect(component_point_.get());
}

std::vector<std::byte> Component::state() const
{
    const Ref of_component(new MemoryStream);
    const Ref of_controller(new MemoryStream);
    const bool has_component = component_->getState(of_component.get()) == kResultOk;
    const bool has_controller = controller_ && controller_->getState(of_controller.get()) == kResultOk;
    if (of_component->overrun() || of_controller->overrun())
        throw too_large("the plugin's state");
    if (!has_component && !has_controller)
        return {};
    protocol::WireWriter out;
    out.put_blob(of_component->bytes()).put_blob(of_controller->bytes());
    return {out.bytes().begin(), out.bytes().end()};
}

void Component::restore(std::span<const std::byte> state) const
{
    protocol::WireReader in(state);
    const auto of_component = in.get_blob();
    const auto of_controller = in.get_blob();
    if (!in.complete())
        throw PluginError(FailureCode::state_mismatch, "the state is damaged");
    const auto stream = [](std::span<const std::byte> bytes) {
        return Ref(new MemoryStream(bytes));
    };
    if (!of_component.empty() && component_->setState(stream(of_component).get()) != kResultOk)
        throw PluginError(FailureCode::state_mismatch,
                          "the plugin does not take the state; another version of it may have saved it");
    if (!controller_)
        return;
    if (!of_component.empty())
        controller_->setComponentState(stream(of_component).get());
    if (!of_controller.empty())
        controller_->setState(stream(of_controller).get());
}

} // namespace decant::host::vst3
