// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-problems.hpp"
#include "service/node-setting.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A setting's value as what its key wants. `key` is for the message; all throw SettingError, which says what
/// was expected. [any]
namespace decant::service
{

/// Throws that `key` must be `expected`.
[[noreturn]] void refuse(std::string_view key, const NodeSetting& setting, std::string_view expected);

/// Not empty.
[[nodiscard]] std::string read_text(std::string_view key, const NodeSetting& setting);

/// One of `words`, as its index.
[[nodiscard]] std::size_t read_word(std::string_view key, const NodeSetting& setting,
                                    std::span<const std::string_view> words);

[[nodiscard]] std::optional<bool> to_bool(const JsonValue& value);

[[nodiscard]] double read_number(std::string_view key, const NodeSetting& setting, double least, double most);

[[nodiscard]] std::uint32_t read_count(std::string_view key, const NodeSetting& setting, std::uint32_t least,
                                       std::uint32_t most);

/// Throws std::runtime_error if it is neither the name of a node or port nor, behind "~", a regular
/// expression.
void check_name_or_expression(const std::string& name);

/// One text or an array: names of nodes and ports; behind "~" a regular expression as PipeWire's rules have
/// it.
[[nodiscard]] std::vector<std::string> read_names(std::string_view key, const NodeSetting& setting,
                                                  NodeProblems& problems);

/// MIDI channels from 1 to 16, as a mask.
[[nodiscard]] std::uint16_t read_channels(std::string_view key, const NodeSetting& setting,
                                          NodeProblems& problems);

/// An object of names and numbers; each that is none goes to `problems`.
[[nodiscard]] std::map<std::string, double> read_params(std::string_view key, const NodeSetting& setting,
                                                        NodeProblems& problems);

/// Makes what the user wrote an absolute path: "~" is `home`, a relative one starts beside its file.
[[nodiscard]] std::filesystem::path read_path(std::string_view key, const NodeSetting& setting,
                                              const std::filesystem::path& home);

enum class FileKind {
    file,
    file_or_folder, ///< a plugin's bundle is one
};

/// Throws SettingError if something else is there, or nothing: then with the path as what is missing.
void require_file(std::string_view key, const NodeSetting& setting, const std::filesystem::path& path,
                  FileKind kind);

/// The first part of a path that is not there: its parent is, unless it is the root.
[[nodiscard]] std::filesystem::path first_missing(const std::filesystem::path& path);

} // namespace decant::service
