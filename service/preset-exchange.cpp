// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/preset-exchange.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace decant::service
{

namespace fs = std::filesystem;

fs::path preset_exchange()
{
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime == nullptr || !fs::path(runtime).is_absolute())
        throw std::runtime_error(
            "no place to hand a preset over: XDG_RUNTIME_DIR is not set; log in anew, or set it "
            "to the directory that decantd has");
    const auto directory = fs::path(runtime) / "decant";
    std::error_code error;
    if (fs::create_directories(directory, error))
        fs::permissions(directory, fs::perms::owner_all, error);
    if (error)
        throw std::runtime_error("cannot make " + directory.string() + ": " + error.message());
    return directory;
}

fs::path exchanged_preset(const std::string& name)
{
    if (name.empty() || name.front() == '.' || name.find_first_of(std::string("/\0", 2)) != std::string::npos)
        throw std::runtime_error("\"" + name + "\" is no name of a handed over preset");
    return preset_exchange() / name;
}

} // namespace decant::service
