// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/preset-wish.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace decant::service
{
namespace
{

using protocol::PresetForm;

struct Extension {
    const char* text;
    PresetForm form;
};

constexpr std::array<Extension, 4> extensions{{{".fxp", PresetForm::fxp},
                                               {".fxb", PresetForm::fxb},
                                               {".vstpreset", PresetForm::vstpreset},
                                               {".clap-state", PresetForm::clap}}};

PluginError refusal(const std::string& text)
{
    return PluginError(text, PluginError::Kind::answer);
}

PluginError io_error(const char* what, const std::filesystem::path& file)
{
    return refusal("cannot " + std::string(what) + " " + file.string() + ": " + std::strerror(errno));
}

class Descriptor
{
    int number_;

public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }
};

void write(const std::filesystem::path& file, std::span<const std::byte> bytes)
{
    const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (out.number() < 0)
        throw io_error("make", file);
    while (!bytes.empty()) {
        const auto count = ::write(out.number(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            const auto error = io_error("write", file);
            ::unlink(file.c_str());
            throw error;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

std::vector<std::byte> read(const std::filesystem::path& file)
{
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (in.number() < 0 || ::fstat(in.number(), &status) != 0)
        throw io_error("read", file);
    if (!S_ISREG(status.st_mode))
        throw refusal(file.string() + " is no regular file");
    if (status.st_size > static_cast<off_t>(protocol::max_message_bytes / 2))
        throw refusal(file.string() + " has " + std::to_string(status.st_size >> 20) +
                      " MiB, which no preset has");
    std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto count = ::read(in.number(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw io_error("read", file);
        if (count == 0)
            break; // somebody has cut it
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

/// A CLAP plugin would take what is no state of its own for a damaged one.
void require_form_of(protocol::PluginFormat format, const std::filesystem::path& file)
{
    const auto form = std::find_if(extensions.begin(), extensions.end(), [&](const Extension& each) {
        return each.text == file.extension().string();
    });
    if (format == protocol::PluginFormat::clap && form != extensions.end() && form->form != PresetForm::clap)
        throw refusal(
            std::string("presets of CLAP plugins are .clap-state files, or files of the plugin's own; ") +
            form->text + " is of " + (form->form == PresetForm::vstpreset ? "VST3" : "VST2"));
}

struct Fulfil {
    RunningHost& host;

    void operator()(const SavePreset& wish) const
    {
        write(wish.file, host.preset(preset_form_of(wish.file)));
    }
    void operator()(const LoadPreset& wish) const
    {
        require_form_of(host.description().format, wish.file);
        const bool there = wish.origin.is_absolute() && ::access(wish.origin.c_str(), R_OK) == 0;
        host.set_preset(read(wish.file), (there ? wish.origin : wish.file).string());
    }
    void operator()(const SelectProgram& wish) const
    {
        const auto count = host.description().programs.size();
        if (wish.index >= count)
            throw refusal(count == 0 ? "the plugin has no programs"
                                     : "the plugin's programs are 1 to " + std::to_string(count));
        host.select_program(wish.index);
    }
};

} // namespace

PresetForm preset_form_of(const std::filesystem::path& file)
{
    const auto extension = file.extension().string();
    const auto found = std::find_if(extensions.begin(), extensions.end(),
                                    [&](const Extension& each) { return each.text == extension; });
    if (found == extensions.end())
        throw refusal(
            "a preset's name ends with .fxp or .fxb (VST2), .vstpreset (VST3) or .clap-state (CLAP), "
            "and \"" +
            file.filename().string() + "\" does not");
    return found->form;
}

bool changes_plugin(const PresetWish& wish) noexcept
{
    return !std::holds_alternative<SavePreset>(wish);
}

void fulfil(const PresetWish& wish, RunningHost& host)
{
    std::visit(Fulfil{host}, wish);
}

} // namespace decant::service
