// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/graph-client.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace decant::tests
{

GraphClient::GraphClient(const PrivateSession& session)
{
    ::setenv("PIPEWIRE_NO_CONFIG", "1", 1); // nothing of the user's
    pw_init(nullptr, nullptr);
    loop_.reset(pw_thread_loop_new("client", nullptr));
    context_.reset(pw_context_new(pw_thread_loop_get_loop(loop_.get()),
                                  pw_properties_new("support.dbus", "false", nullptr), 0));
    if (!context_)
        throw std::runtime_error("no PipeWire context for the test's client");
    const auto& environment = session.environment();
    const auto socket = environment.at("XDG_RUNTIME_DIR") + "/" + environment.at("PIPEWIRE_REMOTE");
    core_ =
        pw_context_connect(context_.get(), pw_properties_new(PW_KEY_REMOTE_NAME, socket.c_str(), nullptr), 0);
    if (core_ == nullptr)
        throw std::runtime_error("the test's client cannot connect to " + socket);
    pw_thread_loop_start(loop_.get());
}

GraphClient::~GraphClient()
{
    pw_thread_loop_stop(loop_.get());
    pw_core_disconnect(core_);
}

TestNode::TestNode(GraphClient& client, const std::string& name, nodes::PortLayout ports,
                   nodes::Processor& processor, nodes::Parameters* parameters,
                   const std::function<void(nodes::FilterNodeSetup&)>& change)
    : client_(client)
{
    nodes::FilterNodeSetup setup;
    setup.properties["node.name"] = name;
    setup.ports = std::move(ports);
    if (change)
        change(setup);
    client_.locked([&] {
        node_ = std::make_unique<nodes::FilterNode>(client_.core(), std::move(setup), processor, parameters);
    });
}

TestNode::~TestNode()
{
    client_.locked([&] { node_.reset(); });
}

} // namespace decant::tests
