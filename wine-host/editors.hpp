// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/editor-window.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/protocol/editor-messages.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace decant::host
{

/// The open editors of one plugin, or of the plugins of a chain. All functions are [main].
class Editors
{
    std::map<std::string, std::unique_ptr<EditorWindow>> windows_; ///< by part
    std::vector<protocol::EditorReport> reports_;

public:
    /// Opens what is not open, and shows the others. Throws PluginError.
    void open(Plugin& plugin, const protocol::EditorRequest& request);

    /// One part's, or all without a name. Not from inside a window's procedure.
    void close(const std::string& part);
    void close_all() { close({}); }

    /// Closes what people have closed; returns what there is to tell the service.
    [[nodiscard]] std::vector<protocol::EditorReport> work();
};

} // namespace decant::host
