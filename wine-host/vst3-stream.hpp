// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst3-interface.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace decant::host::vst3
{

/// A state in memory that a plugin reads or writes.
class MemoryStream final : public HostObject<true, IBStream>
{
    std::vector<std::byte> bytes_;
    std::size_t position_ = 0;
    bool overrun_ = false;

public:
    MemoryStream() = default;
    explicit MemoryStream(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

    [[nodiscard]] const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

    /// More was to be written than a state may have, whether the plugin has noticed that or not.
    [[nodiscard]] bool overrun() const noexcept { return overrun_; }

    tresult PLUGIN_API read(void* buffer, int32 bytes, int32* done) override;
    tresult PLUGIN_API write(void* buffer, int32 bytes, int32* done) override;
    tresult PLUGIN_API seek(int64 offset, int32 mode, int64* result) override;
    tresult PLUGIN_API tell(int64* position) override;
};

} // namespace decant::host::vst3
