// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake-host.hpp"

#include "wine-host/protocol/version.hpp"

namespace decant::tests
{

namespace
{

Arguments command(const bridge::SharedRegion& region, const Arguments& options)
{
    Arguments arguments{fake_host_program(), "--region", region.name()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
}

} // namespace

std::string fake_host_program()
{
    return DECANT_FAKE_HOST;
}

FakeHost::FakeHost(const Arguments& options)
    : link_(region_, [this](const bridge::Notification& notification) { heard_.push_back(notification); }),
      process_(command(*region_, options), own_environment())
{
}

protocol::PluginDescription FakeHost::start(const std::string& plugin, double rate)
{
    link_.wait_hello();
    auto description = link_.load(plugin, "");
    link_.activate(rate, protocol::max_frames);
    return description;
}

} // namespace decant::tests
