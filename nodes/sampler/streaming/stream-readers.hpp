// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/streaming/stream-desk.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace decant::sampler
{

/// The threads that read and decode what a desk is asked for. [main]
class StreamReaders
{
    std::shared_ptr<StreamDesk> desk_;
    std::vector<std::thread> threads_;

public:
    /// Throws std::system_error.
    StreamReaders(std::shared_ptr<StreamDesk> desk, unsigned threads);
    StreamReaders(const StreamReaders&) = delete;
    StreamReaders& operator=(const StreamReaders&) = delete;
    ~StreamReaders(); ///< Closes the desk: voices that are not at their end starve.
};

} // namespace decant::sampler
