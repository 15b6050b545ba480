// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace decant::cli
{

/// There is a file of that name, and it stays.
class FileExists : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A file that takes its name, and the place of an older one, when it is whole; until then it is one that
/// nobody takes for the whole, and where the file system can do so it has no name at all: then nothing is
/// left behind even by SIGKILL.
class UnfinishedFile
{
    std::filesystem::path path_;
    std::filesystem::path part_; ///< its name until it is finished, if it needs one
    int descriptor_ = -1;
    bool named_ = false; ///< as part_

public:
    /// `path` is where the finished file lies, no symbolic link. Throws std::runtime_error.
    explicit UnfinishedFile(std::filesystem::path path);

    /// Removes what was not finished.
    ~UnfinishedFile();

    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

    /// Open for reading and writing.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Through to the disk. Throws std::runtime_error.
    void write(std::string_view bytes) const;

    /// Gives the file its name. Throws std::runtime_error.
    void finish();

    /// Gives the file its name if that is free, and else throws FileExists.
    void finish_new();
};

} // namespace decant::cli
