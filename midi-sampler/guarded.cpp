// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "midi-sampler/guarded.hpp"

#include <array>
#include <cstdio>
#include <new>

namespace decant::midi_sampler
{
namespace
{

// An array, so that an error can be told even when there is no memory.
thread_local std::array<char, 1024> text_of_last_error{};

} // namespace

ms_result_t failed(ms_result_t result, const char* text) noexcept
{
    std::snprintf(text_of_last_error.data(), text_of_last_error.size(), "%s", text);
    return result;
}

ms_result_t failed() noexcept
{
    try {
        throw;
    } catch (const Failure& failure) {
        return failed(failure.result(), failure.what());
    } catch (const std::bad_alloc&) {
        return failed(MS_ERROR_MEMORY, "there is not enough memory; load less, or close other programs");
    } catch (const std::invalid_argument& error) {
        return failed(MS_ERROR_ARGUMENT, error.what());
    } catch (const std::exception& error) {
        return failed(MS_ERROR_INTERNAL, error.what());
    } catch (...) {
        return failed(MS_ERROR_INTERNAL, "a fault of the library; please report it");
    }
}

const char* last_error() noexcept
{
    return text_of_last_error.data();
}

} // namespace decant::midi_sampler
