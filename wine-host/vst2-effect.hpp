// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst2-interface.hpp"

#include <cstdint>
#include <string>

namespace decant::host
{

/// A VST2 plugin's interface with types; closes the plugin in the end. What the plugin says is range-checked.
/// Functions are [main] unless marked.
class Vst2Effect
{
public:
    /// What inputs() and outputs() never exceed, even if the plugin changes its mind while it runs.
    static constexpr std::uint32_t most_pins = 1024;

private:
    AEffect* effect_;

    [[nodiscard]] bool has_flag(VstAEffectFlags flag) const noexcept;

public:
    /// Takes over what an entry point returned, which has the right magic. The caller opens it.
    explicit Vst2Effect(AEffect* effect) noexcept : effect_(effect) {}
    ~Vst2Effect();

    Vst2Effect(const Vst2Effect&) = delete;
    Vst2Effect& operator=(const Vst2Effect&) = delete;

    /// Any opcode. [as the opcode demands]
    VstIntPtr dispatch(int opcode, int index = 0, VstIntPtr value = 0, void* pointer = nullptr,
                       float number = 0) const;

    /// The text that an opcode writes; empty if it writes none.
    [[nodiscard]] std::string text(int opcode, int index = 0) const;

    [[nodiscard]] bool can(const char* what) const;

    [[nodiscard]] std::int32_t id() const noexcept { return effect_->uniqueID; }
    [[nodiscard]] std::int32_t version() const noexcept { return effect_->version; }

    /// At most 65536 and 8192.
    [[nodiscard]] std::uint32_t parameters() const noexcept;
    [[nodiscard]] std::uint32_t programs() const noexcept;
    [[nodiscard]] std::uint32_t inputs() const noexcept;
    [[nodiscard]] std::uint32_t outputs() const noexcept;

    [[nodiscard]] bool has_editor() const noexcept { return has_flag(effFlagsHasEditor); }
    [[nodiscard]] bool has_chunks() const noexcept { return has_flag(effFlagsProgramChunks); }
    [[nodiscard]] bool is_synth() const noexcept { return has_flag(effFlagsIsSynth); }

    /// Frames; may change at any time. [any]
    [[nodiscard]] std::uint32_t latency() const noexcept;

    /// 0..1, below parameters(). [any]
    [[nodiscard]] float parameter(std::uint32_t index) const;
    void set_parameter(std::uint32_t index, float value) const;

    /// Whether it takes nothing but double precision.
    [[nodiscard]] bool is_double() const noexcept;

    /// Both arrays have most_pins pointers. [rt]
    void process(double** inputs, double** outputs, std::uint32_t frames) const;

    /// Both arrays have most_pins pointers. [rt]
    void process(float** inputs, float** outputs, std::uint32_t frames) const;

    /// For the host callback, which is given it back.
    void set_user(void* user) const noexcept { effect_->user = user; }
};

} // namespace decant::host
