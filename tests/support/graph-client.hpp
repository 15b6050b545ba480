// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/filter-node.hpp"
#include "tests/support/private-session.hpp"

#include <functional>
#include <memory>
#include <pipewire/pipewire.h>
#include <string>

namespace decant::tests
{

/// The test's process as a client of a private session, with PipeWire's main loop in a thread of its own.
class GraphClient
{
    template <auto destroy>
    struct Deleter {
        template <class T>
        void operator()(T* object) const
        {
            destroy(object);
        }
    };

    std::unique_ptr<pw_thread_loop, Deleter<pw_thread_loop_destroy>> loop_;
    std::unique_ptr<pw_context, Deleter<pw_context_destroy>> context_;
    pw_core* core_ = nullptr;

public:
    /// Throws std::runtime_error if the session does not answer.
    explicit GraphClient(const PrivateSession& session);
    ~GraphClient();
    GraphClient(const GraphClient&) = delete;
    GraphClient& operator=(const GraphClient&) = delete;

    /// Runs `work` where PipeWire's main thread is.
    template <class Work>
    auto locked(Work work)
    {
        pw_thread_loop_lock(loop_.get());
        const std::unique_ptr<pw_thread_loop, Deleter<pw_thread_loop_unlock>> lock(loop_.get());
        return work();
    }

    pw_core* core() { return core_; }
};

/// A filter node that lives with the test; what it needs is made and destroyed on PipeWire's main thread.
class TestNode
{
    GraphClient& client_;
    std::unique_ptr<nodes::FilterNode> node_;

public:
    TestNode(GraphClient& client, const std::string& name, nodes::PortLayout ports,
             nodes::Processor& processor, nodes::Parameters* parameters = nullptr,
             const std::function<void(nodes::FilterNodeSetup&)>& change = {});
    ~TestNode();
    TestNode(const TestNode&) = delete;
    TestNode& operator=(const TestNode&) = delete;

    nodes::FilterNode* operator->() { return node_.get(); }
};

} // namespace decant::tests
