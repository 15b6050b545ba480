// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/messages.hpp"

#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant::service
{

/// Why a plugin does not run: what, where, and what to do about it. For people.
class PluginError : public std::runtime_error
{
public:
    enum class Kind {
        lasting,    ///< somebody has to do something before another try makes sense
        passing,    ///< another host may do better: this one died, hangs or talks nonsense
        answer,     ///< the host said no to a single question, and works on
        collateral, ///< another plugin of the group ended the process; nothing is wrong with this one
    };

    explicit PluginError(const std::string& what, Kind kind = Kind::lasting)
        : std::runtime_error(what), kind_(kind)
    {
    }

    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// A plugin to be loaded.
struct PluginFile {
    std::filesystem::path path; ///< absolute, as the user wrote it: symbolic links decide the prefix and stay
    std::string plugin_class;   ///< which one of a file with several; empty for the first
    std::optional<std::filesystem::path> prefix;    ///< Wine prefix; found from `path` if there is none
    std::map<std::string, std::string> environment; ///< for the host, besides the service's own
    protocol::ChannelLayout inputs = protocol::ChannelLayout::own; ///< of a chain its parts have them
    protocol::ChannelLayout outputs = protocol::ChannelLayout::own;
    std::vector<protocol::LoadedPart> chain = {}; ///< the plugins of a chain, `path` the first; else empty
    std::string group = {}; ///< plugins of one group share a process; empty: it has its own
    bool spare = false;     ///< whether a process is to wait for the next one that is needed like this
};

/// What messages call it: the name of its file, and of a chain those of all, "Synth.dll > Reverb.dll".
[[nodiscard]] std::string name_in_messages(const PluginFile& plugin);

/// A command line that starts a host; the path of the region and the title are added to it.
struct HostCommand {
    std::vector<std::string> arguments;             ///< [0] is the program, an absolute path
    std::map<std::string, std::string> environment; ///< replaces the service's own, name by name
    std::string title = {}; ///< names what is in the process in `top` and `ps`; may be empty
};

/// Who waits for what takes a while. [any]
class Progress
{
    std::function<void(const std::string&)> told_;
    std::function<bool()> gave_up_;

public:
    Progress() = default;

    /// `told` hears in a sentence for people what it is; whoever has `gave_up` does not wait any more.
    template <std::invocable<const std::string&> Told>
    Progress(Told told, std::function<bool()> gave_up = {}) // NOLINT(google-explicit-constructor)
        : told_(std::move(told)), gave_up_(std::move(gave_up))
    {
    }

    void tell(const std::string& text) const
    {
        if (told_)
            told_(text);
    }
    [[nodiscard]] bool given_up() const { return gave_up_ && gave_up_(); }
};

/// Makes the command for a plugin. Throws PluginError.
using HostCommandSource = std::function<HostCommand(const PluginFile&, const Progress&)>;

/// The command that loads `plugin` under Wine: looks at the file, finds Wine and the prefix, and makes the
/// prefix if it is missing, which takes some seconds and ends early if that is given up. Throws PluginError.
/// [any]
[[nodiscard]] HostCommand wine_host_command(const PluginFile& plugin, const Progress& progress);

/// What brings the hosts that go with this build, without a full stop. [any]
[[nodiscard]] std::string_view how_to_install_hosts() noexcept;

} // namespace decant::service
