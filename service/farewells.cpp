// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/farewells.hpp"

#include <utility>

namespace decant::service
{

void Farewells::take(std::unique_ptr<PluginHost> host, std::unique_ptr<bridge::BridgeProcessor> processor)
{
    host->stop();
    leaving_.push_back({.processor = std::move(processor), .host = std::move(host)});
}

void Farewells::tick()
{
    std::erase_if(leaving_, [](const Leaving& each) { return each.host->ended(); });
}

} // namespace decant::service
