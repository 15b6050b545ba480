// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::host
{

/// Hears of a crash on the thread that crashed, which may hold any lock and must not be trusted to allocate.
class CrashListener
{
public:
    virtual ~CrashListener() = default;

    virtual void crashed(const char* what) noexcept = 0;
};

/// Who is told from now on. To be called before install_crash_handler(). [main]
void set_crash_listener(CrashListener& listener) noexcept;

/// An exception that nobody handles tells the listener, prints one line, and ends the process at once: no
/// dialog, no debugger, no destructors. A crashed plugin may have broken anything, so nothing is unwound and
/// gone on with; the service starts a new process. [main]
void install_crash_handler() noexcept;

} // namespace decant::host
