// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/fix-script.hpp"

#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace decant::doctor
{

namespace
{

// clang-format off: it takes the shell for C++
constexpr std::string_view head = R"sh(#!/bin/sh
# What 'decant doctor' found to be changed on this machine. Read it, delete what you do not want, and run it:
#
#     sudo sh FILE         does it
#     sudo sh FILE undo    takes it back
#
# It makes files of its own only; one of the same name that somebody else has made is left as it is.
set -u
root=${DECANT_FIX_ROOT:-}    # for trying it out: files are made below this directory

failed() {
    echo "$1: this did not work, see above" >&2
}

# What we make can be told from what others made.
mark="# Made by 'decant doctor --fix-script'."

ours() {
    head -n 1 "$root$1" | grep -qxF "$mark"
}

# usage: make_file PATH, with the content on stdin
make_file() {
    if [ -e "$root$1" ] && ! ours "$1"; then
        echo "$1 is somebody else's, and left as it is" >&2
        cat >/dev/null
        return 1
    fi
    mkdir -p "$(dirname "$root$1")" || return
    { echo "$mark"; cat; } >"$root$1" && chmod 644 "$root$1"
}

# usage: remove_file PATH
remove_file() {
    if [ -e "$root$1" ] && ours "$1"; then
        rm "$root$1"
    fi
}

)sh";

constexpr std::string_view kernel_functions = R"sh(# usage: add_kernel_parameters 'NAME=VALUE …'
add_kernel_parameters() {
    if command -v grubby >/dev/null; then
        grubby --update-kernel=ALL --args="$1"
    elif command -v update-grub >/dev/null; then
        # shellcheck disable=SC2016
        printf 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT %s"\n' "$1" |
            make_file /etc/default/grub.d/90-decant.cfg && update-grub
    else
        echo "Add to your boot loader's kernel command line, by hand: $1"
    fi
}

# usage: remove_kernel_parameters 'NAME=VALUE …'
remove_kernel_parameters() {
    if command -v grubby >/dev/null; then
        grubby --update-kernel=ALL --remove-args="$1"
    elif command -v update-grub >/dev/null; then
        remove_file /etc/default/grub.d/90-decant.cfg && update-grub
    else
        echo "Take from your boot loader's kernel command line, by hand: $1"
    fi
}

)sh";

constexpr std::string_view tail = R"sh(
case ${1:-apply} in
apply)
    apply
    echo "Done. 'sudo sh $0 undo' takes it back. {}"
    ;;
undo)
    undo
    echo "Taken back."
    ;;
*)
    echo "usage: $0 [apply|undo]" >&2
    exit 2
    ;;
esac
)sh";
// clang-format on

/// Collects both ways.
class Script
{
    std::string apply_;
    std::string undo_; ///< the last first
    std::set<std::string> files_;
    std::set<std::string> commands_;
    std::string kernel_parameters_;
    bool reboot_ = false;
    bool login_ = false;

    static std::string comment(std::string_view text)
    {
        std::string result;
        std::string line;
        constexpr std::size_t width = 96;
        const auto clean = in_one_line(text);
        for (const auto word : words_of(clean)) {
            if (!line.empty() && line.size() + 1 + word.size() > width) {
                result += "    # " + line + '\n';
                line.clear();
            }
            line += (line.empty() ? "" : " ") + std::string(word);
        }
        return result + "    # " + line + '\n';
    }

    static std::string file_text(const NewFile& file)
    {
        return fmt::format("    make_file {} <<'END' || failed {}\n{}{}END\n", shell_quoted(file.path),
                           shell_quoted(file.path), file.content, file.content.ends_with('\n') ? "" : "\n");
    }

    void do_it(std::string_view id, const Fix& fix)
    {
        std::string undo;
        for (const auto& file : fix.files)
            if (files_.insert(file.path).second) {
                apply_ += file_text(file);
                undo += fmt::format("    remove_file {}\n", shell_quoted(file.path));
            }
        for (const auto& command : fix.commands)
            if (commands_.insert(command.apply).second) {
                apply_ += fmt::format("    {{ {}; }} || failed {}\n", command.apply, id);
                if (!command.undo.empty())
                    undo += fmt::format("    {{ {}; }} || failed {}\n", command.undo, id);
            }
        undo_ = undo + undo_;
        reboot_ |= fix.effect == Effect::reboot;
        login_ |= fix.effect == Effect::new_login;
    }

    /// For those who want it: the same, to be uncommented.
    void offer(const Fix& fix)
    {
        for (const auto& file : fix.files) {
            const auto text = file_text(file);
            for (const auto line : lines_of(text))
                apply_ += fmt::format("    #{}\n", line);
        }
        for (const auto& command : fix.commands)
            apply_ += fmt::format("    #     {}\n    #     (back: {})\n", command.apply, command.undo);
        if (!fix.kernel_parameters.empty())
            apply_ +=
                fmt::format("    #     add_kernel_parameters {}\n", shell_quoted(fix.kernel_parameters));
    }

public:
    void add(const Result& result)
    {
        const auto& [check, finding] = result;
        if (!finding.fix || (finding.state != State::bad && finding.state != State::info))
            return;
        const Fix& fix = *finding.fix;
        const bool by_hand = fix.files.empty() && fix.commands.empty() && fix.kernel_parameters.empty();
        apply_ += fmt::format("\n    # {} ({}): {}\n", check->id, to_text(finding.state),
                              in_one_line(finding.value));
        apply_ += comment(finding.why);
        if (by_hand) {
            apply_ += comment("By hand: " + fix.text + ".");
        } else if (finding.state == State::info) {
            apply_ += comment("If you want it: " + fix.text + ".");
            offer(fix);
        } else {
            apply_ += comment(fix.text + ".");
            if (!fix.kernel_parameters.empty()) {
                apply_ += "    # (with the kernel's other parameters, below)\n";
                kernel_parameters_ += (kernel_parameters_.empty() ? "" : " ") + fix.kernel_parameters;
            }
            do_it(check->id, fix);
        }
    }

    [[nodiscard]] std::string text() const
    {
        std::string apply = apply_;
        std::string undo = undo_;
        std::string functions;
        if (!kernel_parameters_.empty()) {
            functions = kernel_functions;
            const auto parameters = shell_quoted(kernel_parameters_);
            apply +=
                fmt::format("\n    add_kernel_parameters {} || failed 'kernel parameters'\n", parameters);
            undo =
                fmt::format("    remove_kernel_parameters {} || failed 'kernel parameters'\n", parameters) +
                undo;
        }
        const std::string_view then = reboot_  ? "Reboot now."
                                      : login_ ? "Log out of all sessions, and in again."
                                               : "";
        std::string end(tail);
        end.replace(end.find("{}"), 2, then);
        return fmt::format("{}{}apply() {{\n    :{}\n}}\n\nundo() {{\n    :\n{}}}\n{}", head, functions,
                           apply, undo, end);
    }
};

} // namespace

std::string fix_script(std::span<const Result> results)
{
    Script script;
    for (const auto& result : results)
        script.add(result);
    return script.text();
}

} // namespace decant::doctor
