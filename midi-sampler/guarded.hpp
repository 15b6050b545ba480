// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "midi-sampler/midi_sampler.h"

#include "nodes/realtime/annotations.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

/// The C++ side of the C library.
namespace decant::midi_sampler
{

/// What a function fails with: a code for the program, a text for people.
class Failure : public std::runtime_error
{
    ms_result_t result_;

public:
    Failure(ms_result_t result, const std::string& text) : std::runtime_error(text), result_(result) {}

    [[nodiscard]] ms_result_t result() const noexcept { return result_; }
};

/// Keeps the text for ms_last_error() and returns the code of the exception that is being handled.
ms_result_t failed() noexcept;

/// The same with a text of one's own, which is never freed. [any]
ms_result_t failed(ms_result_t result, const char* text) noexcept DECANT_REALTIME;

inline ms_result_t refused(const char* why) noexcept DECANT_REALTIME
{
    return failed(MS_ERROR_ARGUMENT, why);
}

[[nodiscard]] const char* last_error() noexcept DECANT_REALTIME;

/// Runs a function that may throw on behalf of a C program.
template <class Work>
ms_result_t guarded(Work&& work) noexcept
try {
    std::forward<Work>(work)();
    return MS_OK;
} catch (...) {
    return failed();
}

} // namespace decant::midi_sampler
