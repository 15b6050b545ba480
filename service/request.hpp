// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// Keys of the metadata object, subject 0: what somebody wants of the service, and what became of it.
inline constexpr const char* request_key = "request";
inline constexpr const char* reply_key = "reply";

enum class RequestVerb {
    save,          ///< the states of these nodes, of all that run if none is named
    enable,        ///< these nodes are started again although they were given up
    restart,       ///< these nodes are started again, plugins with the state that they have
    panic,         ///< these nodes fall silent: all notes and sounds off; all nodes if none is named
    reload,        ///< the configuration is read; errors are problems, warnings the answer
    list_programs, ///< the names of the plugin's own programs; the answer has them
    select_program,
    save_preset,
    load_preset,
    editor,
    bypass,  ///< these plugins are not heard, or heard again
    balance, ///< nodes move to other data loops until all have as much to do; the answer tells which and how
             ///< much
};

struct Request {
    std::string id; ///< chosen by who asks; comes back in the reply
    RequestVerb verb = RequestVerb::save;
    std::vector<std::string> nodes; ///< short names
    /// Of select_program a number from 0; of the presets a file's name in preset_exchange(); of editor
    /// "open", "close" or "toggle", in a chain perhaps with a blank and the name of a plugin; of bypass
    /// "on", "off" or "toggle".
    std::string argument{};
    std::string file{}; ///< of the presets: the absolute path that people named, or ""
};

struct Reply {
    std::string id;
    std::vector<std::string> problems; ///< none: all was done
    std::vector<std::string> answer{};
};

[[nodiscard]] std::string to_json(const Request& request);
[[nodiscard]] std::string to_json(const Reply& reply);

/// Nothing if the text is not the JSON of one: anybody may write into a metadata object.
[[nodiscard]] std::optional<Request> parse_request(std::string_view json);
[[nodiscard]] std::optional<Reply> parse_reply(std::string_view json);

} // namespace decant::service
