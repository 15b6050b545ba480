// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace decant::cli
{

/// A bridge that makes a Linux plugin out of a Windows one: a .so beside it, or a link to that .so.
enum class LinuxBridge { linvst, yabridge };

[[nodiscard]] const char* to_text(LinuxBridge bridge) noexcept;

/// The bridge that `library` belongs to; nothing if it is of another kind, or no library of Linux. [any]
[[nodiscard]] std::optional<LinuxBridge> bridge_of(const std::filesystem::path& library);

/// A file that may be a plugin, or an instrument.
struct FoundFile {
    std::filesystem::path path; ///< absolute, with symbolic links as they were met
    std::optional<LinuxBridge> bridge{};
    std::vector<std::filesystem::path> bridge_libraries{}; ///< what a Linux host finds of a bridge
};

/// Looks for what can be added: Windows plugins, which are .dll, .vst3 (files and bundles), .clap, and what
/// the .so files of LinVst and yabridge stand for, and instruments, which are the .sfz files outside Wine
/// prefixes that no other one includes. Sound files are what instruments are made of. Follows symbolic links.
/// A file that is met on several ways counts once for each Wine prefix that it is met in. [any]
class AdditionFinder
{
    bool recursive_;
    std::vector<FoundFile> found_;
    std::vector<std::string> problems_;
    std::size_t left_out_ = 0;
    std::set<std::string> seen_; ///< what was entered and found, by place and prefix

    void enter(const std::filesystem::path& folder, int depth);
    void take_plugin(const std::filesystem::path& path);
    void take_library(const std::filesystem::path& library);
    void take_instrument(const std::filesystem::path& path);
    void drop_parts();
    void add(FoundFile file);
    [[nodiscard]] bool is_new(const std::filesystem::path& path);

public:
    /// Not `recursive`: files of the folder itself only.
    explicit AdditionFinder(bool recursive) : recursive_(recursive) {}

    /// Wine's own directories and DLLs are left out: a prefix holds hundreds of DLLs that are none, and its
    /// drive z: is the whole machine.
    void look_into(const std::filesystem::path& folder);

    [[nodiscard]] const std::vector<FoundFile>& found() const noexcept { return found_; }

    /// How many instruments lie in Wine prefixes.
    [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

    /// What could not be looked into, with the remedy.
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
};

} // namespace decant::cli
