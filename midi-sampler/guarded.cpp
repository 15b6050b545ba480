// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "midi-sampler/guarded.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

namespace decant::midi_sampler
{
namespace
{

// An array, so that an error can be told even when there is no memory.
constexpr std::size_t made_text_bytes = 1024;
thread_local std::array<char, made_text_bytes> made_text{};

// Of the thread's first block of memory: audio threads write it, who must not allocate even if the library
// was loaded after they began.
[[gnu::tls_model("initial-exec")]] thread_local const char* text_of_last_error = "";

// Of a text that is too long, because of a path, the end says more than the beginning.
ms_result_t failed_with_copy(ms_result_t result, std::string_view text) noexcept
{
    constexpr std::size_t most = made_text_bytes - 1;
    std::string_view shown = text.substr(text.size() - std::min(text.size(), most));
    constexpr int longest_rest = 3; // of a character of UTF-8 that is cut off
    for (int byte = 0; byte < longest_rest && shown.size() < text.size() && (shown.front() & 0xc0) == 0x80;
         ++byte)
        shown.remove_prefix(1);
    *std::copy(shown.begin(), shown.end(), made_text.begin()) = '\0';
    return failed(result, made_text.data());
}

} // namespace

ms_result_t failed(ms_result_t result, const char* text) noexcept DECANT_REALTIME
{
    text_of_last_error = text;
    return result;
}

ms_result_t failed() noexcept
{
    try {
        throw;
    } catch (const Failure& failure) {
        return failed_with_copy(failure.result(), failure.what());
    } catch (const std::bad_alloc&) {
        return failed(MS_ERROR_MEMORY, "there is not enough memory; load less, or close other programs");
    } catch (const std::invalid_argument& error) {
        return failed_with_copy(MS_ERROR_ARGUMENT, error.what());
    } catch (const std::exception& error) {
        return failed_with_copy(MS_ERROR_INTERNAL, error.what());
    } catch (...) {
        return failed(MS_ERROR_INTERNAL, "a fault of the library; please report it");
    }
}

const char* last_error() noexcept DECANT_REALTIME
{
    return text_of_last_error;
}

} // namespace decant::midi_sampler
