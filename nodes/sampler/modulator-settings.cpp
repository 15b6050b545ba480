// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/modulator-settings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace decant::sampler
{
namespace
{

using Of = ParameterKey::Of;

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

std::shared_ptr<const SegmentShape> shape_from(const auto& part_at)
{
    auto shape = std::make_shared<SegmentShape>();
    for (std::size_t step = 0; step < shape->size(); ++step)
        (*shape)[step] =
            static_cast<float>(part_at(static_cast<double>(step) / static_cast<double>(shape->size() - 1)));
    return shape;
}

// Of egN_shapeX: a power of the time, from one end or the other.
std::shared_ptr<const SegmentShape> power_shape(float shape)
{
    if (shape == 0 || shape == 1 || shape == -1)
        return nullptr;
    return shape_from(
        [shape](double x) { return shape > 0 ? std::pow(x, shape) : 1 - std::pow(1 - x, -shape); });
}

// Of fileg_decay_shape and the like: the same exponential as the amplitude envelope's.
std::shared_ptr<const SegmentShape> stage_shape(float shape)
{
    const double k = -shape * 11.36 / 10.3616;
    if (std::abs(k) < 1e-3)
        return nullptr;
    return shape_from([k](double x) { return std::expm1(-k * x) / std::expm1(-k); });
}

void add_waves(LfoSettings& lfo, const ArticulationNumbers& numbers)
{
    lfo.waves.emplace_back();
    for (const Parameter& parameter : numbers.all()) {
        if (parameter.key.of == Of::lfo_wave && parameter.key.number == lfo.number) {
            const std::size_t index = parameter.key.field / 4;
            if (lfo.waves.size() <= index)
                lfo.waves.resize(index + 1);
            LfoWave& wave = lfo.waves[index];
            const float value = parameter.base.value_or(0);
            switch (static_cast<WaveValue>(parameter.key.field % 4)) {
            case WaveValue::wave:
                wave.wave = static_cast<std::uint8_t>(value);
                break;
            case WaveValue::offset:
                wave.offset = value;
                break;
            case WaveValue::ratio:
                wave.ratio = value;
                break;
            case WaveValue::scale:
                wave.scale = value;
                break;
            }
        }
    }
    const float steps = numbers.base(Of::lfo, lfo.number, static_cast<std::size_t>(LfoValue::steps), 0);
    for (std::size_t step = 0; step < static_cast<std::size_t>(steps); ++step)
        lfo.steps.push_back(numbers.base(Of::lfo_step, lfo.number, step, 0) / 100);
}

EnvelopeSettings staged_envelope(std::uint8_t number, ArticulationNumbers& numbers)
{
    const auto time = [&](Stage stage) {
        return numbers.depth_of(Of::stage, number, static_cast<std::size_t>(stage));
    };
    const auto level = [&](Stage stage, float otherwise) {
        return numbers.depth_of(Of::stage, number, static_cast<std::size_t>(stage), otherwise, 0.01f);
    };
    const auto shape = [&](Stage stage) {
        return stage_shape(numbers.base(Of::stage_shape, number, static_cast<std::size_t>(stage), 0));
    };
    const Depth full{.base = 1};
    const Depth start = level(Stage::start, 0);
    EnvelopeSettings envelope{
        .number = number, .start = start, .segments = {}, .sustained = 4, .is_amplitude = false};
    envelope.segments.push_back({.time = time(Stage::delay), .level = start, .shape = {}});
    envelope.segments.push_back({.time = time(Stage::attack), .level = full, .shape = shape(Stage::attack)});
    envelope.segments.push_back({.time = time(Stage::hold), .level = full, .shape = {}});
    // SFZ 1 says that these fall to 0 unless told otherwise.
    envelope.segments.push_back(
        {.time = time(Stage::decay), .level = level(Stage::sustain, 0), .shape = shape(Stage::decay)});
    envelope.segments.push_back(
        {.time = time(Stage::release), .level = Depth{}, .shape = shape(Stage::release)});
    return envelope;
}

EnvelopeSettings flexible_envelope(std::uint8_t number, ArticulationNumbers& numbers)
{
    EnvelopeSettings envelope{
        .number = number, .start = {}, .segments = {}, .sustained = never, .is_amplitude = false};
    std::size_t points = 0;
    for (const Parameter& parameter : numbers.all())
        if ((parameter.key.of == Of::point_time || parameter.key.of == Of::point_level) &&
            parameter.key.number == number)
            points = std::max<std::size_t>(points, parameter.key.field + 1U);
    for (std::size_t point = 0; point < points; ++point)
        envelope.segments.push_back({.time = numbers.depth_of(Of::point_time, number, point),
                                     .level = numbers.depth_of(Of::point_level, number, point),
                                     .shape = power_shape(numbers.base(Of::point_shape, number, point, 0))});
    const auto sustain = static_cast<std::size_t>(EnvelopeValue::sustain);
    if (const Parameter* const written = numbers.find(Of::envelope, number, sustain); written != nullptr)
        envelope.sustained = static_cast<std::size_t>(written->base.value_or(0)) + 1;
    const auto loop = static_cast<std::size_t>(EnvelopeValue::loop);
    if (const Parameter* const written = numbers.find(Of::envelope, number, loop); written != nullptr)
        envelope.loop = static_cast<std::size_t>(written->base.value_or(0));
    envelope.loops = static_cast<std::uint32_t>(
        numbers.base(Of::envelope, number, static_cast<std::size_t>(EnvelopeValue::loop_count), 0));
    envelope.is_amplitude =
        numbers.base(Of::envelope, number, static_cast<std::size_t>(EnvelopeValue::is_amplitude), 0) != 0;
    return envelope;
}

} // namespace

LfoSettings lfo_settings(std::uint8_t number, ArticulationNumbers& numbers)
{
    const auto value = [&](LfoValue which) {
        return numbers.depth_of(Of::lfo, number, static_cast<std::size_t>(which));
    };
    LfoSettings lfo{.number = number,
                    .frequency = value(LfoValue::frequency),
                    .beats = value(LfoValue::beats),
                    .delay = value(LfoValue::delay),
                    .fade = value(LfoValue::fade),
                    .phase = value(LfoValue::phase),
                    .count = static_cast<std::uint32_t>(
                        numbers.base(Of::lfo, number, static_cast<std::size_t>(LfoValue::count), 0)),
                    .waves = {},
                    .steps = {}};
    add_waves(lfo, numbers);
    return lfo;
}

EnvelopeSettings envelope_settings(std::uint8_t number, ArticulationNumbers& numbers)
{
    const bool staged = number == static_cast<std::uint8_t>(StagedEnvelope::filter) ||
                        number == static_cast<std::uint8_t>(StagedEnvelope::pitch);
    return staged ? staged_envelope(number, numbers) : flexible_envelope(number, numbers);
}

VariableSettings variable_settings(std::uint8_t number, ArticulationNumbers& numbers)
{
    const auto field = [](VariableValue value) {
        return static_cast<std::size_t>(value);
    };
    return {.number = number,
            .multiplied = numbers.base(Of::variable, number, field(VariableValue::multiplied), 0) != 0,
            .value = numbers.depth_of(Of::variable, number, field(VariableValue::value))};
}

} // namespace decant::sampler
