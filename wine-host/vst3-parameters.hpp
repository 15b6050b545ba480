// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst3-interface.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace decant::host::vst3
{

/// A parameter of the controller; what others call its slot is its place in the list.
struct Parameter {
    ParamID id;
    bool read_only;
};

/// Finds slots by ids. [any]
class ParameterIndex
{
    std::vector<std::pair<ParamID, std::uint32_t>> slots_; ///< ordered

public:
    explicit ParameterIndex(std::span<const Parameter> parameters);

    [[nodiscard]] std::optional<std::uint32_t> slot_of(ParamID id) const noexcept;
};

/// What happens to the parameters in one block: a queue of points for each that changes. Has room for
/// whatever an event area can hold. All [rt] but the making.
class ParameterChanges final : public HostObject<false, IParameterChanges>
{
    struct Point {
        int32 frame;
        ParamValue value;
        std::int32_t next; ///< index, or -1
    };

    class Queue final : public HostObject<false, IParamValueQueue>
    {
        ParameterChanges* owner_ = nullptr;
        ParamID id_ = 0;
        std::int32_t first_ = -1;
        std::int32_t last_ = -1;
        int32 count_ = 0;
        int32 place_ = -1; ///< in the list of the queues in use
        // Plugins walk through their points one after another.
        mutable std::int32_t walked_ = -1;
        mutable int32 walked_index_ = 0;

        friend class ParameterChanges;

    public:
        ParamID PLUGIN_API getParameterId() override { return id_; }
        int32 PLUGIN_API getPointCount() override { return count_; }
        tresult PLUGIN_API getPoint(int32 index, int32& frame, ParamValue& value) override;
        tresult PLUGIN_API addPoint(int32 frame, ParamValue value, int32& index) override;
    };

    const ParameterIndex& index_;
    std::vector<Queue> queues_;         ///< one for each slot
    std::vector<std::uint32_t> active_; ///< slots of those with points, in order of their first
    std::size_t active_count_ = 0;
    std::vector<Point> points_;
    std::size_t point_count_ = 0;

    [[nodiscard]] int32 activate(std::uint32_t slot) noexcept;

public:
    ParameterChanges(std::span<const Parameter> parameters, const ParameterIndex& index);

    void clear() noexcept;

    /// Points of one parameter are added in their order in time.
    void add(std::uint32_t slot, std::uint32_t frame, ParamValue value) noexcept;

    /// Whether there are points of this one.
    [[nodiscard]] bool has(std::uint32_t slot) const noexcept { return queues_[slot].count_ != 0; }

    /// Calls `each` with slot, frame and value of every point.
    template <class Each>
    void for_each(Each each) const
    {
        for (std::size_t i = 0; i < active_count_; ++i) {
            const std::uint32_t slot = active_[i];
            for (auto point = queues_[slot].first_; point >= 0;) {
                const Point& here = points_[static_cast<std::size_t>(point)];
                each(slot, here.frame, here.value);
                point = here.next;
            }
        }
    }

    int32 PLUGIN_API getParameterCount() override { return static_cast<int32>(active_count_); }
    IParamValueQueue* PLUGIN_API getParameterData(int32 index) override;
    IParamValueQueue* PLUGIN_API addParameterData(const ParamID& id, int32& index) override;
};

} // namespace decant::host::vst3
