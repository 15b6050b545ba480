// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-stream.hpp"

#include "wine-host/state-blob.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host::vst3
{

tresult PLUGIN_API MemoryStream::read(void* buffer, int32 bytes, int32* done)
{
    if (buffer == nullptr || bytes < 0)
        return kInvalidArgument;
    const std::size_t left = bytes_.size() - std::min(position_, bytes_.size());
    const std::size_t count = std::min(left, static_cast<std::size_t>(bytes));
    if (count != 0)
        std::memcpy(buffer, bytes_.data() + position_, count);
    position_ += count;
    if (done != nullptr)
        *done = static_cast<int32>(count);
    return kResultOk; // also at the end, where some plugins look at nothing but the count
}

tresult PLUGIN_API MemoryStream::write(void* buffer, int32 bytes, int32* done)
{
    if (done != nullptr)
        *done = 0;
    if (buffer == nullptr || bytes < 0)
        return kInvalidArgument;
    const auto count = static_cast<std::size_t>(bytes);
    overrun_ = overrun_ || position_ + count > most_state_bytes;
    if (overrun_)
        return kOutOfMemory;
    bytes_.resize(std::max(bytes_.size(), position_ + count));
    if (count != 0)
        std::memcpy(bytes_.data() + position_, buffer, count);
    position_ += count;
    if (done != nullptr)
        *done = bytes;
    return kResultOk;
}

tresult PLUGIN_API MemoryStream::seek(int64 offset, int32 mode, int64* result)
{
    const int64 from = mode == kIBSeekSet   ? 0
                       : mode == kIBSeekCur ? static_cast<int64>(position_)
                                            : static_cast<int64>(bytes_.size());
    const int64 to = from + offset;
    if (to < 0 || to > static_cast<int64>(most_state_bytes))
        return kInvalidArgument;
    position_ = static_cast<std::size_t>(to);
    if (result != nullptr)
        *result = to;
    return kResultOk;
}

tresult PLUGIN_API MemoryStream::tell(int64* position)
{
    if (position == nullptr)
        return kInvalidArgument;
    *position = static_cast<int64>(position_);
    return kResultOk;
}

} // namespace decant::host::vst3
