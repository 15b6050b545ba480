// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-parameters.hpp"

#include "wine-host/protocol/events.hpp"

#include <algorithm>

namespace decant::host::vst3
{
namespace
{

/// The shortest event is a header and eight bytes.
constexpr std::size_t most_points = protocol::event_area_bytes / (sizeof(protocol::EventHeader) + 8);

} // namespace

ParameterIndex::ParameterIndex(std::span<const Parameter> parameters)
{
    for (std::uint32_t slot = 0; slot < parameters.size(); ++slot)
        slots_.emplace_back(parameters[slot].id, slot);
    std::sort(slots_.begin(), slots_.end());
}

std::optional<std::uint32_t> ParameterIndex::slot_of(ParamID id) const noexcept
{
    const auto found = std::lower_bound(slots_.begin(), slots_.end(), std::pair(id, 0u));
    return found != slots_.end() && found->first == id ? std::optional(found->second) : std::nullopt;
}

tresult PLUGIN_API ParameterChanges::Queue::getPoint(int32 index, int32& frame, ParamValue& value)
{
    if (index < 0 || index >= count_)
        return kInvalidArgument;
    if (walked_ < 0 || index < walked_index_) {
        walked_ = first_;
        walked_index_ = 0;
    }
    for (; walked_index_ < index; ++walked_index_)
        walked_ = owner_->points_[static_cast<std::size_t>(walked_)].next;
    const Point& point = owner_->points_[static_cast<std::size_t>(walked_)];
    frame = point.frame;
    value = point.value;
    return kResultOk;
}

tresult PLUGIN_API ParameterChanges::Queue::addPoint(int32 frame, ParamValue value, int32& index)
{
    if (owner_->point_count_ == owner_->points_.size())
        return kOutOfMemory;
    if (last_ >= 0 && owner_->points_[static_cast<std::size_t>(last_)].frame == frame) {
        owner_->points_[static_cast<std::size_t>(last_)].value = value; // one point for one moment
        index = count_ - 1;
        return kResultOk;
    }
    const auto place = static_cast<std::int32_t>(owner_->point_count_++);
    owner_->points_[static_cast<std::size_t>(place)] = {frame, value, -1};
    (last_ >= 0 ? owner_->points_[static_cast<std::size_t>(last_)].next : first_) = place;
    last_ = place;
    index = count_++;
    return kResultOk;
}

ParameterChanges::ParameterChanges(std::span<const Parameter> parameters, const ParameterIndex& index)
    : index_(index), queues_(parameters.size()), active_(parameters.size()), points_(most_points)
{
    for (std::size_t slot = 0; slot < parameters.size(); ++slot) {
        queues_[slot].owner_ = this;
        queues_[slot].id_ = parameters[slot].id;
    }
}

void ParameterChanges::clear() noexcept
{
    for (std::size_t i = 0; i < active_count_; ++i) {
        Queue& queue = queues_[active_[i]];
        queue.first_ = queue.last_ = queue.walked_ = queue.place_ = -1;
        queue.count_ = 0;
    }
    active_count_ = point_count_ = 0;
}

int32 ParameterChanges::activate(std::uint32_t slot) noexcept
{
    // A queue that the plugin took and left empty stands in the list all the same.
    Queue& queue = queues_[slot];
    if (queue.place_ < 0) {
        queue.place_ = static_cast<int32>(active_count_);
        active_[active_count_++] = slot;
    }
    return queue.place_;
}

void ParameterChanges::add(std::uint32_t slot, std::uint32_t frame, ParamValue value) noexcept
{
    static_cast<void>(activate(slot));
    int32 index = 0;
    queues_[slot].addPoint(static_cast<int32>(frame), value, index);
}

IParamValueQueue* PLUGIN_API ParameterChanges::getParameterData(int32 index)
{
    if (index < 0 || static_cast<std::size_t>(index) >= active_count_)
        return nullptr;
    return &queues_[active_[static_cast<std::size_t>(index)]];
}

IParamValueQueue* PLUGIN_API ParameterChanges::addParameterData(const ParamID& id, int32& index)
{
    const auto slot = index_.slot_of(id);
    if (!slot)
        return nullptr;
    index = activate(*slot);
    return &queues_[*slot];
}

} // namespace decant::host::vst3
