// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/articulation.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace decant::sampler
{
namespace
{

using Of = ParameterKey::Of;

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

constexpr std::uint16_t midi_volume = 7;
constexpr std::uint16_t midi_pan = 10;
constexpr std::uint16_t midi_expression = 11;

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

class ArticulationBuilder
{
    const std::vector<Parameter>& parameters_;
    SignalSet& signals_;
    const CurveSet& curves_;
    ArticulationProblem& problems_;
    Articulation result_;

public:
    ArticulationBuilder(const std::vector<Parameter>& parameters, SignalSet& signals, const CurveSet& curves,
                        ArticulationProblem& problems)
        : parameters_(parameters), signals_(signals), curves_(curves), problems_(problems)
    {
    }

    Articulation build()
    {
        add_targets();
        for (const Parameter& parameter : parameters_) {
            if (parameter.key.of == Of::lfo_depth)
                connect(parameter, true, lfo(parameter.key.number));
            else if (parameter.key.of == Of::envelope_depth)
                connect(parameter, false, envelope(parameter.key.number));
        }
        for (const Parameter& parameter : parameters_)
            if (parameter.key.of == Of::lfo_rate)
                add_rate(parameter);
        add_amplitude_envelopes();
        return std::move(result_);
    }

private:
    [[nodiscard]] const Parameter* find(Of of, std::uint8_t number, std::size_t field) const
    {
        const ParameterKey key{.of = of, .number = number, .field = static_cast<std::uint8_t>(field)};
        const auto at = std::lower_bound(parameters_.begin(), parameters_.end(), key,
                                         [](const Parameter& a, const ParameterKey& b) { return a.key < b; });
        return at != parameters_.end() && at->key == key ? &*at : nullptr;
    }

    [[nodiscard]] float base(Of of, std::uint8_t number, std::size_t field, float otherwise) const
    {
        const Parameter* const parameter = find(of, number, field);
        return parameter == nullptr ? otherwise : parameter->base.value_or(otherwise);
    }

    void leave_out(std::string text)
    {
        constexpr std::size_t most = 20;
        if (problems_.size() < most)
            problems_.push_back(std::move(text));
    }

    // `scale` turns the file's unit into that of the articulation.
    Depth depth(const Parameter& parameter, float otherwise = 0, float scale = 1, bool followed = true)
    {
        Depth result{.base = parameter.base.value_or(otherwise) * scale,
                     .velocity = parameter.velocity * scale,
                     .first = static_cast<std::uint32_t>(result_.terms.size())};
        for (const ControlUse& use : parameter.controls) {
            std::uint8_t curve = use.curve;
            if (curves_.find(curve) == nullptr) {
                leave_out(fmt::format("there is no curve {}, the straight one is used; add <curve> "
                                      "curve_index={} and its points",
                                      curve, curve));
                curve = 0;
            }
            if (use.depth == 0)
                continue;
            const auto signal = signals_.add({.control = use.control,
                                              .curve = curve,
                                              .smooth = use.smooth / 1000,
                                              .step = std::min(use.step / std::abs(use.depth), 1.0f)});
            if (!signal) {
                leave_out(
                    fmt::format("more than {} different uses of controllers; the further ones are left out",
                                SignalSet::most));
                continue;
            }
            result_.terms.push_back({.signal = *signal, .depth = use.depth * scale});
            if (followed)
                result_.follows.set(use.control);
        }
        result.terms = static_cast<std::uint32_t>(result_.terms.size()) - result.first;
        return result;
    }

    Depth depth_of(Of of, std::uint8_t number, std::size_t field, float otherwise = 0, float scale = 1,
                   bool followed = true)
    {
        const Parameter* const parameter = find(of, number, field);
        return parameter == nullptr ? Depth{.base = otherwise * scale}
                                    : depth(*parameter, otherwise, scale, followed);
    }

    void moves(Target target)
    {
        if (target == Target::width)
            result_.width_moves = true;
        if (target >= Target::cutoff)
            result_.cutoff_moves = true;
        if (target >= Target::eq1_frequency)
            result_.equalized[(static_cast<std::size_t>(target) -
                               static_cast<std::size_t>(Target::eq1_frequency)) /
                              3] = true;
    }

    void add_targets()
    {
        for (const Parameter& parameter : parameters_) {
            switch (parameter.key.of) {
            case Of::voice:
                add_target(parameter);
                break;
            case Of::note:
                result_.note[parameter.key.field] = depth(parameter, 0, 1, false);
                break;
            case Of::stage:
                if (parameter.key.number == static_cast<std::uint8_t>(StagedEnvelope::amplitude))
                    result_.ampeg[parameter.key.field] = depth(parameter);
                break;
            default:
                break;
            }
        }
    }

    void add_target(const Parameter& parameter)
    {
        const auto target = static_cast<Target>(parameter.key.field);
        if (target >= Target::eq1_frequency) {
            const std::size_t value = parameter.key.field - static_cast<std::size_t>(Target::eq1_frequency);
            result_.equalizers[value] = parameter.base.value_or(result_.equalizers[value]);
            result_.equalizers_by_velocity[value] = parameter.velocity;
            if (value % 3 == 2 && (parameter.base.value_or(0) != 0 || parameter.velocity != 0))
                result_.equalized[value / 3] = true;
        }
        if (parameter.controls.empty())
            return;
        Depth controlled = depth(parameter, 0, 1);
        controlled.base = 0; // the region has it
        controlled.velocity = 0;
        result_.targets.push_back({.target = target, .depth = controlled});
        moves(target);
        for (const ControlUse& use : parameter.controls) {
            const bool loudness =
                target == Target::amplitude && (use.control == midi_volume || use.control == midi_expression);
            if (loudness || (target == Target::pan && use.control == midi_pan))
                result_.replaces.set(use.control);
        }
    }

    // The index of an LFO, made if it is not there.
    std::optional<std::uint8_t> lfo(std::uint8_t number)
    {
        auto& lfos = result_.lfos;
        const auto known = std::find_if(lfos.begin(), lfos.end(),
                                        [&](const LfoSettings& lfo) { return lfo.number == number; });
        if (known != lfos.end())
            return static_cast<std::uint8_t>(known - lfos.begin());
        if (lfos.size() == Articulation::most_lfos) {
            leave_out(fmt::format("a region has at most {} LFOs; number {} is left out",
                                  Articulation::most_lfos, number));
            return std::nullopt;
        }
        const auto value = [&](LfoValue which) {
            return depth_of(Of::lfo, number, static_cast<std::size_t>(which));
        };
        LfoSettings lfo{.number = number,
                        .frequency = value(LfoValue::frequency),
                        .delay = value(LfoValue::delay),
                        .fade = value(LfoValue::fade),
                        .phase = value(LfoValue::phase),
                        .count = static_cast<std::uint32_t>(
                            base(Of::lfo, number, static_cast<std::size_t>(LfoValue::count), 0)),
                        .waves = {},
                        .steps = {}};
        add_waves(lfo);
        lfos.push_back(std::move(lfo));
        return static_cast<std::uint8_t>(lfos.size() - 1);
    }

    void add_waves(LfoSettings& lfo) const
    {
        lfo.waves.emplace_back();
        for (const Parameter& parameter : parameters_) {
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
        const float steps = base(Of::lfo, lfo.number, static_cast<std::size_t>(LfoValue::steps), 0);
        for (std::size_t step = 0; step < static_cast<std::size_t>(steps); ++step)
            lfo.steps.push_back(base(Of::lfo_step, lfo.number, step, 0) / 100);
    }

    std::optional<std::uint8_t> envelope(std::uint8_t number)
    {
        auto& envelopes = result_.envelopes;
        const auto known =
            std::find_if(envelopes.begin(), envelopes.end(),
                         [&](const EnvelopeSettings& envelope) { return envelope.number == number; });
        if (known != envelopes.end())
            return static_cast<std::uint8_t>(known - envelopes.begin());
        if (envelopes.size() == Articulation::most_envelopes) {
            leave_out(fmt::format("a region has at most {} envelopes; number {} is left out",
                                  Articulation::most_envelopes, number));
            return std::nullopt;
        }
        const bool staged = number == static_cast<std::uint8_t>(StagedEnvelope::filter) ||
                            number == static_cast<std::uint8_t>(StagedEnvelope::pitch);
        auto made = staged ? staged_envelope(number) : flexible_envelope(number);
        envelopes.push_back(std::move(made));
        return static_cast<std::uint8_t>(envelopes.size() - 1);
    }

    EnvelopeSettings staged_envelope(std::uint8_t number)
    {
        const auto time = [&](Stage stage) {
            return depth_of(Of::stage, number, static_cast<std::size_t>(stage));
        };
        const auto level = [&](Stage stage, float otherwise) {
            return depth_of(Of::stage, number, static_cast<std::size_t>(stage), otherwise, 0.01f);
        };
        const auto shape = [&](Stage stage) {
            return stage_shape(base(Of::stage_shape, number, static_cast<std::size_t>(stage), 0));
        };
        const Depth full{.base = 1};
        const Depth start = level(Stage::start, 0);
        EnvelopeSettings envelope{
            .number = number, .start = start, .segments = {}, .sustained = 4, .is_amplitude = false};
        envelope.segments.push_back({.time = time(Stage::delay), .level = start, .shape = {}});
        envelope.segments.push_back(
            {.time = time(Stage::attack), .level = full, .shape = shape(Stage::attack)});
        envelope.segments.push_back({.time = time(Stage::hold), .level = full, .shape = {}});
        // SFZ 1 says that these fall to 0 unless told otherwise.
        envelope.segments.push_back(
            {.time = time(Stage::decay), .level = level(Stage::sustain, 0), .shape = shape(Stage::decay)});
        envelope.segments.push_back(
            {.time = time(Stage::release), .level = Depth{}, .shape = shape(Stage::release)});
        return envelope;
    }

    EnvelopeSettings flexible_envelope(std::uint8_t number)
    {
        EnvelopeSettings envelope{
            .number = number, .start = {}, .segments = {}, .sustained = never, .is_amplitude = false};
        std::size_t points = 0;
        for (const Parameter& parameter : parameters_)
            if ((parameter.key.of == Of::point_time || parameter.key.of == Of::point_level) &&
                parameter.key.number == number)
                points = std::max<std::size_t>(points, parameter.key.field + 1U);
        for (std::size_t point = 0; point < points; ++point)
            envelope.segments.push_back({.time = depth_of(Of::point_time, number, point),
                                         .level = depth_of(Of::point_level, number, point),
                                         .shape = power_shape(base(Of::point_shape, number, point, 0))});
        const auto sustain = static_cast<std::size_t>(EnvelopeValue::sustain);
        if (const Parameter* const written = find(Of::envelope, number, sustain); written != nullptr)
            envelope.sustained = static_cast<std::size_t>(written->base.value_or(0)) + 1;
        envelope.is_amplitude =
            base(Of::envelope, number, static_cast<std::size_t>(EnvelopeValue::is_amplitude), 0) != 0;
        return envelope;
    }

    void connect(const Parameter& parameter, bool from_lfo, std::optional<std::uint8_t> source)
    {
        if (!source)
            return;
        const auto target = static_cast<Target>(parameter.key.field);
        result_.connections.push_back(
            {.from_lfo = from_lfo, .source = *source, .target = target, .depth = depth(parameter)});
        moves(target);
    }

    void add_rate(const Parameter& parameter)
    {
        const auto& lfos = result_.lfos;
        const auto moved = std::find_if(lfos.begin(), lfos.end(), [&](const LfoSettings& lfo) {
            return lfo.number == parameter.key.field;
        });
        if (moved == lfos.end())
            return; // does nothing itself
        const auto index = static_cast<std::uint8_t>(moved - lfos.begin());
        if (const auto source = lfo(parameter.key.number))
            result_.rates.push_back({.source = *source, .lfo = index, .depth = depth(parameter)});
    }

    // egN_ampeg needs no depth.
    void add_amplitude_envelopes()
    {
        for (const Parameter& parameter : parameters_) {
            if (parameter.key.of != Of::envelope || parameter.base.value_or(0) == 0 ||
                static_cast<EnvelopeValue>(parameter.key.field) != EnvelopeValue::is_amplitude)
                continue;
            const auto source = envelope(parameter.key.number);
            if (!source || result_.envelopes[*source].segments.empty())
                continue;
            result_.amplitude_envelope = true;
            const auto has = [&](const Connection& connection) {
                return !connection.from_lfo && connection.source == *source &&
                       connection.target == Target::amplitude;
            };
            if (std::none_of(result_.connections.begin(), result_.connections.end(), has))
                result_.connections.push_back({.from_lfo = false,
                                               .source = *source,
                                               .target = Target::amplitude,
                                               .depth = Depth{.base = 100}});
        }
    }
};

} // namespace

std::optional<std::uint16_t> SignalSet::add(const ControlSignal& signal)
{
    if (const auto known = known_.find(signal); known != known_.end())
        return known->second;
    if (signals_.size() == most)
        return std::nullopt;
    const auto index = static_cast<std::uint16_t>(signals_.size());
    signals_.push_back(signal);
    known_.emplace(signal, index);
    return index;
}

std::shared_ptr<const Articulation> build_articulation(const std::vector<Parameter>& parameters,
                                                       SignalSet& signals, const CurveSet& curves,
                                                       ArticulationProblem& problems)
{
    if (parameters.empty())
        return nullptr;
    return std::make_shared<const Articulation>(
        ArticulationBuilder(parameters, signals, curves, problems).build());
}

} // namespace decant::sampler
