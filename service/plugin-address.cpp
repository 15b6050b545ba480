// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-address.hpp"

#include <system_error>

namespace decant::service
{

PluginAddress parse_plugin_address(const std::filesystem::path& address)
{
    const std::string text = address.string();
    std::error_code ignored;
    // From the right, so that the longest file name that exists counts; names of plugins may have the sign
    // too.
    for (auto sign = text.size(); sign != std::string::npos && sign != 0; sign = text.rfind('#', sign - 1)) {
        const std::filesystem::path file(text.substr(0, sign));
        // Of directories only bundles have plugins.
        if (std::filesystem::exists(file, ignored) &&
            (sign == text.size() || file.has_extension() || !std::filesystem::is_directory(file, ignored)))
            return {file, sign < text.size() ? text.substr(sign + 1) : ""};
    }
    const auto sign =
        text.find('#', text.find_last_of('/') == std::string::npos ? 0 : text.find_last_of('/'));
    if (sign == std::string::npos)
        return {address, ""};
    return {text.substr(0, sign), text.substr(sign + 1)};
}

} // namespace decant::service
