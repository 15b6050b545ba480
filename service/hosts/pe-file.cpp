// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/pe-file.hpp"

#include "service/hosts/host-command.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

namespace decant::service
{
namespace
{

constexpr std::uint16_t machine_x86 = 0x014c;
constexpr std::uint16_t machine_x86_64 = 0x8664;
constexpr std::uint16_t machine_arm64 = 0xaa64;
constexpr std::uint16_t characteristic_dll = 0x2000;
constexpr std::size_t dos_header_bytes = 64;
constexpr std::size_t pe_offset_at = 0x3c; ///< in the DOS header
constexpr std::size_t coff_bytes = 24;     ///< "PE\0\0" and the COFF header

template <class T>
T little_endian(const char* bytes) noexcept
{
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
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
    return "it is no Windows DLL";
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

    std::array<char, dos_header_bytes> dos{};
    file.read(dos.data(), dos.size());
    const std::string_view head(dos.data(), static_cast<std::size_t>(file.gcount()));
    if (!head.starts_with("MZ"))
        throw refuse(other_kind(head));
    if (head.size() < dos.size())
        throw refuse("the file is cut short; copy or install it again");

    std::array<char, coff_bytes> coff{};
    file.seekg(little_endian<std::uint32_t>(dos.data() + pe_offset_at));
    file.read(coff.data(), coff.size());
    if (static_cast<std::size_t>(file.gcount()) != coff.size())
        throw refuse("the file is cut short; copy or install it again");
    if (!std::string_view(coff.data(), coff.size()).starts_with(std::string_view("PE\0\0", 4)))
        throw refuse("it is a DOS or 16-bit Windows program");

    const auto machine = little_endian<std::uint16_t>(coff.data() + 4);
    if (machine == machine_arm64)
        throw refuse("it is built for ARM; install the x64 build");
    if (machine != machine_x86 && machine != machine_x86_64)
        throw refuse("it is built for a processor that Wine does not run here");
    if ((little_endian<std::uint16_t>(coff.data() + 22) & characteristic_dll) == 0)
        throw refuse("it is a program, perhaps an installer: run it with 'wine FILE' and give the .dll that "
                     "it installs");
    return machine == machine_x86_64 ? 64 : 32;
}

} // namespace decant::service
