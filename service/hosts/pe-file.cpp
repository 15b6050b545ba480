// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/pe-file.hpp"

#include "service/hosts/host-command.hpp"
#include "wine-host/protocol/pe-header.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace decant::service
{
namespace
{

using protocol::PeHeader;

/// As many of the `Size` bytes at `offset` as the file has.
template <std::size_t Size>
std::string read_at(std::ifstream& file, std::uint32_t offset)
{
    std::array<char, Size> bytes{};
    file.seekg(offset);
    file.read(bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

/// What a file without "MZ" is, as far as it concerns somebody who took it for a plugin.
std::string_view other_kind(std::string_view head) noexcept
{
    if (head.empty())
        return "it is empty";
    if (head.starts_with("\x7f"
                         "ELF"))
        return "it is a Linux library; a native plugin needs no bridge, load it in any Linux host";
    if (head.starts_with("PK"))
        return "it is a ZIP archive; unpack it and give the .dll inside";
    if (head.starts_with("\xd0\xcf\x11\xe0"))
        return "it is a Windows installer; run it with 'wine msiexec /i FILE' and give the .dll that it "
               "installs";
    return "it is no Windows DLL; give the .dll, .vst3 or .clap that the plugin's installer has left in the "
           "Wine prefix";
}

} // namespace

int bits_of_dll(const std::filesystem::path& path)
{
    const auto refuse = [&path](std::string_view why) {
        return PluginError(path.string() + " is no plugin: " + std::string(why) + ".");
    };

    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        throw PluginError(path.string() + " does not exist. Check the path; upper and lower case differ.");
    if (error)
        throw PluginError("cannot look at " + path.string() + ": " + error.message() + ".");
    if (std::filesystem::is_directory(status))
        throw refuse("it is a directory; give the .dll inside");
    if (!std::filesystem::is_regular_file(status))
        throw refuse("it is no regular file");

    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw PluginError("cannot read " + path.string() + ": " + std::generic_category().message(errno) +
                          ". Check its permissions.");

    const auto dos = read_at<PeHeader::dos_bytes>(file, 0);
    if (!dos.starts_with("MZ"))
        throw refuse(other_kind(dos));
    const auto offset = PeHeader::offset(std::as_bytes(std::span(dos)));
    const auto bytes = offset ? read_at<PeHeader::bytes>(file, *offset) : std::string();
    if (bytes.size() < PeHeader::bytes)
        throw refuse("the file is cut short; copy or install it again");
    const auto header = PeHeader::read(std::as_bytes(std::span(bytes)));
    if (!header)
        throw refuse("it is a DOS or 16-bit Windows program");

    if (header->machine == PeHeader::arm64)
        throw refuse("it is built for ARM; install the x64 build");
    if (header->machine != PeHeader::i386 && header->machine != PeHeader::x86_64)
        throw refuse("it is built for a processor that Wine does not run here");
    if (!header->dll())
        throw refuse("it is a program, perhaps an installer: run it with 'wine FILE' and give the .dll that "
                     "it installs");
    return header->machine == PeHeader::x86_64 ? 64 : 32;
}

} // namespace decant::service
