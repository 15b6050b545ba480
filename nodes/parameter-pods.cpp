// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/parameter-pods.hpp"

#include "nodes/pod-number.hpp"

#include <spa/param/props.h>
#include <spa/pod/builder.h>
#include <spa/pod/dynamic.h>
#include <spa/pod/iter.h>
#include <spa/pod/parser.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <new>
#include <optional>
#include <string_view>

namespace decant::nodes
{

namespace
{

/// A builder that grows, and the copy of what it built.
class PodBuilder
{
    spa_pod_dynamic_builder dynamic_{};

public:
    PodBuilder() { spa_pod_dynamic_builder_init(&dynamic_, nullptr, 0, 4096); }
    PodBuilder(const PodBuilder&) = delete;
    PodBuilder& operator=(const PodBuilder&) = delete;
    ~PodBuilder() { spa_pod_dynamic_builder_clean(&dynamic_); }

    [[nodiscard]] spa_pod_builder* get() noexcept { return &dynamic_.b; }

    [[nodiscard]] Pod finish(spa_pod_frame& frame)
    {
        auto* pod = static_cast<spa_pod*>(spa_pod_builder_pop(get(), &frame));
        Pod copy(pod == nullptr ? nullptr : spa_pod_copy(pod));
        if (!copy)
            throw std::bad_alloc();
        return copy;
    }
};

} // namespace

void PodDeleter::operator()(spa_pod* pod) const noexcept
{
    std::free(pod); // spa_pod_copy allocates with malloc
}

std::vector<Pod> build_parameter_infos(const Parameters& parameters)
{
    std::vector<Pod> pods;
    for (const auto& info : parameters.infos()) {
        PodBuilder builder;
        spa_pod_frame object{};
        spa_pod_frame choice{};
        spa_pod_builder_push_object(builder.get(), &object, SPA_TYPE_OBJECT_PropInfo, SPA_PARAM_PropInfo);
        spa_pod_builder_prop(builder.get(), SPA_PROP_INFO_name, 0);
        spa_pod_builder_string(builder.get(), info.name.c_str());
        spa_pod_builder_prop(builder.get(), SPA_PROP_INFO_type, 0);
        if (info.is_switch) {
            spa_pod_builder_push_choice(builder.get(), &choice, SPA_CHOICE_Enum, 0);
            spa_pod_builder_bool(builder.get(), info.initial > info.minimum);
            spa_pod_builder_bool(builder.get(), false);
            spa_pod_builder_bool(builder.get(), true);
        } else {
            spa_pod_builder_push_choice(builder.get(), &choice, SPA_CHOICE_Range, 0);
            for (const double value : {info.initial, info.minimum, info.maximum})
                spa_pod_builder_float(builder.get(), static_cast<float>(value));
        }
        spa_pod_builder_pop(builder.get(), &choice);
        spa_pod_builder_prop(builder.get(), SPA_PROP_INFO_params, 0);
        spa_pod_builder_bool(builder.get(), true);
        pods.push_back(builder.finish(object));
    }
    return pods;
}

Pod build_parameter_values(const Parameters& parameters)
{
    PodBuilder builder;
    spa_pod_frame object{};
    spa_pod_frame list{};
    spa_pod_builder_push_object(builder.get(), &object, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
    spa_pod_builder_prop(builder.get(), SPA_PROP_params, 0);
    spa_pod_builder_push_struct(builder.get(), &list);
    const auto infos = parameters.infos();
    for (std::size_t i = 0; i < infos.size(); ++i) {
        spa_pod_builder_string(builder.get(), infos[i].name.c_str());
        const double value = parameters.value(i);
        if (infos[i].is_switch)
            spa_pod_builder_bool(builder.get(), value > (infos[i].minimum + infos[i].maximum) / 2);
        else
            spa_pod_builder_float(builder.get(), static_cast<float>(value));
    }
    spa_pod_builder_pop(builder.get(), &list);
    return builder.finish(object);
}

std::size_t apply_parameter_values(const spa_pod* props, Parameters& parameters)
{
    if (props == nullptr || !spa_pod_is_object_type(props, SPA_TYPE_OBJECT_Props))
        return 0;
    const spa_pod_prop* list = spa_pod_find_prop(props, nullptr, SPA_PROP_params);
    if (list == nullptr)
        return 0;
    spa_pod_parser parser{};
    spa_pod_frame frame{};
    spa_pod_parser_pod(&parser, &list->value);
    if (spa_pod_parser_push_struct(&parser, &frame) < 0)
        return 0;

    std::size_t count = 0;
    const auto infos = parameters.infos();
    const char* name = nullptr;
    spa_pod* item = nullptr;
    while (spa_pod_parser_get_string(&parser, &name) >= 0 && spa_pod_parser_get_pod(&parser, &item) >= 0) {
        const auto info =
            std::find_if(infos.begin(), infos.end(), [name](const auto& each) { return each.name == name; });
        const auto value = number_in(item);
        if (info == infos.end() || !value || !std::isfinite(*value))
            continue;
        const double meant = info->is_switch ? (*value > 0 ? info->maximum : info->minimum)
                                             : std::clamp(*value, info->minimum, info->maximum);
        parameters.set(static_cast<std::size_t>(info - infos.begin()), meant);
        ++count;
    }
    return count;
}

} // namespace decant::nodes
