// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::service
{

/// Keeps a second service away from the states of the first: it would play the same rack once more, and
/// write over its states. One with an XDG_STATE_HOME of its own is welcome. [main]
class StateLock
{
    int descriptor_ = -1; ///< none where no state can be written anyway

public:
    /// Throws std::runtime_error if another service runs.
    StateLock();
    ~StateLock();
    StateLock(const StateLock&) = delete;
    StateLock& operator=(const StateLock&) = delete;
};

} // namespace decant::service
