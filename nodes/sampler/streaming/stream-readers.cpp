// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/streaming/stream-readers.hpp"

#include <csignal>
#include <pthread.h>
#include <utility>

namespace decant::sampler
{
namespace
{

void read_for(StreamDesk& desk) noexcept
{
    pthread_setname_np(pthread_self(), "sample-reader");
    while (auto job = desk.next()) {
        const bool good = job->stream->read_block(job->block, job->memory);
        desk.done(std::move(*job), good);
    }
}

} // namespace

StreamReaders::StreamReaders(std::shared_ptr<StreamDesk> desk, unsigned threads) : desk_(std::move(desk))
{
    // Signals are for the program's own threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        for (unsigned thread = 0; thread < threads; ++thread)
            threads_.emplace_back([desk_of_thread = desk_] { read_for(*desk_of_thread); });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        desk_->close();
        for (std::thread& thread : threads_)
            thread.join();
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StreamReaders::~StreamReaders()
{
    desk_->close();
    for (std::thread& thread : threads_)
        thread.join();
}

} // namespace decant::sampler
