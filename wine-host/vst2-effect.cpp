// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-effect.hpp"

#include "wine-host/text.hpp"

#include <algorithm>
#include <array>

namespace decant::host
{
namespace
{

/// fst declares these as enumerations, plugins as plain numbers.
std::uint32_t in_range(std::int32_t count, std::int32_t most) noexcept
{
    return static_cast<std::uint32_t>(std::clamp(count, 0, most));
}

} // namespace

Vst2Effect::~Vst2Effect()
{
    dispatch(effClose);
}

VstIntPtr Vst2Effect::dispatch(int opcode, int index, VstIntPtr value, void* pointer, float number) const
{
    return effect_->dispatcher(effect_, opcode, index, value, pointer, number);
}

std::string Vst2Effect::text(int opcode, int index) const
{
    // The interface allows 8 to 64 bytes and plugins write more.
    std::array<char, 1024> buffer{};
    dispatch(opcode, index, 0, buffer.data());
    buffer.back() = '\0';
    return from_plugin(buffer.data());
}

bool Vst2Effect::can(const char* what) const
{
    return dispatch(effCanDo, 0, 0, const_cast<char*>(what)) > 0;
}

bool Vst2Effect::has_flag(VstAEffectFlags flag) const noexcept
{
    return (effect_->flags & flag) != 0;
}

std::uint32_t Vst2Effect::parameters() const noexcept
{
    return in_range(effect_->numParams, 65536);
}
std::uint32_t Vst2Effect::programs() const noexcept
{
    return in_range(effect_->numPrograms, 8192);
}
std::uint32_t Vst2Effect::inputs() const noexcept
{
    return in_range(effect_->numInputs, most_pins);
}
std::uint32_t Vst2Effect::outputs() const noexcept
{
    return in_range(effect_->numOutputs, most_pins);
}

std::uint32_t Vst2Effect::latency() const noexcept
{
    constexpr std::int32_t most = 1 << 24;
    return in_range(*const_cast<const volatile t_fstInt32*>(&effect_->initialDelay), most);
}

float Vst2Effect::parameter(std::uint32_t index) const
{
    const float value = effect_->getParameter(effect_, static_cast<int>(index));
    return value >= 0 && value <= 1 ? value : (value > 1 ? 1.0f : 0.0f); // not a number is nought
}

void Vst2Effect::set_parameter(std::uint32_t index, float value) const
{
    effect_->setParameter(effect_, static_cast<int>(index), value);
}

bool Vst2Effect::is_double() const noexcept
{
    return has_flag(effFlagsCanDoubleReplacing) && !has_flag(effFlagsCanReplacing) &&
           effect_->processDoubleReplacing != nullptr;
}

void Vst2Effect::process(double** inputs, double** outputs, std::uint32_t frames) const
{
    effect_->processDoubleReplacing(effect_, inputs, outputs, static_cast<int>(frames));
}

void Vst2Effect::process(float** inputs, float** outputs, std::uint32_t frames) const
{
    if (has_flag(effFlagsCanReplacing)) {
        effect_->processReplacing(effect_, inputs, outputs, static_cast<int>(frames));
        return;
    }
    // Plugins of VST 1 add to the outputs.
    for (std::uint32_t channel = 0; channel < this->outputs(); ++channel)
        std::fill_n(outputs[channel], frames, 0.0f);
    effect_->process(effect_, inputs, outputs, static_cast<int>(frames));
}

} // namespace decant::host
