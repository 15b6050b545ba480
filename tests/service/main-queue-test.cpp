// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/main-queue.hpp"
#include "service/pipewire-handles.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <utility>

using namespace decant::service;

namespace
{

/// Posts when it goes, as an answer does that somebody waits for.
class LastWord
{
    MainQueue& queue_;
    std::shared_ptr<int> held_;

public:
    LastWord(MainQueue& queue, std::shared_ptr<int> held) : queue_(queue), held_(std::move(held)) {}
    LastWord(const LastWord&) = delete;
    LastWord& operator=(const LastWord&) = delete;
    ~LastWord()
    {
        queue_.post([held = held_] {});
    }
};

} // namespace

TEST_CASE("work that posts as the queue goes is forgotten with all that it holds")
{
    const PipeWireLibrary library;
    const MainLoop loop(pw_main_loop_new(nullptr));
    auto held = std::make_shared<int>();
    {
        MainQueue queue(pw_main_loop_get_loop(loop.get()));
        for (int i = 0; i < 3; ++i)
            queue.post([word = std::make_shared<LastWord>(queue, held)] {});
    }
    CHECK(held.use_count() == 1);
}
