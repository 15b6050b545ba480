// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/unfinished-file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace decant::cli
{

namespace
{

[[noreturn]] void refuse(const std::filesystem::path& path)
{
    throw std::runtime_error(
        fmt::format("cannot write {}: {}. Check that its directory exists, is yours and has room",
                    path.string(), std::generic_category().message(errno)));
}

} // namespace

UnfinishedFile::UnfinishedFile(std::filesystem::path path) : path_(std::move(path)), part_(path_)
{
    part_ += ".part";
    const auto directory = path_.has_parent_path() ? path_.parent_path() : ".";
    descriptor_ = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    // A file system without files without names says EOPNOTSUPP, a kernel EISDIR. Whatever the reason was, a
    // second attempt tells the one that counts.
    if (descriptor_ < 0) {
        descriptor_ = open(part_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
        named_ = descriptor_ >= 0;
    }
    if (descriptor_ < 0)
        refuse(path_);
}

UnfinishedFile::~UnfinishedFile()
{
    if (named_)
        unlink(part_.c_str());
    close(descriptor_);
}

void UnfinishedFile::write(std::string_view bytes) const
{
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw std::runtime_error(fmt::format("cannot write {}: {}. Make room on the disk", path_.string(),
                                                 std::generic_category().message(errno)));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    fsync(descriptor_);
}

void UnfinishedFile::finish_new()
{
    const std::string self = named_ ? part_.string() : "/proc/self/fd/" + std::to_string(descriptor_);
    if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0)
        return;
    // No file has two names on FAT, as on a memory stick.
    if (errno != EEXIST && named_ &&
        renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
        named_ = false;
        return;
    }
    if (errno == EEXIST)
        throw FileExists(path_.string() + " is there already");
    refuse(path_);
}

void UnfinishedFile::finish()
{
    // No link takes the place of an existing file, but a renamed one does.
    if (!named_) {
        unlink(part_.c_str());
        const std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
        if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, part_.c_str(), AT_SYMLINK_FOLLOW) != 0)
            refuse(path_);
        named_ = true;
    }
    if (rename(part_.c_str(), path_.c_str()) != 0)
        refuse(path_);
    named_ = false;
}

} // namespace decant::cli
