# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Sourced by the checks beside it: goes to the root of the tree and lists the project's own files.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

# files PATTERN...: the names of the files that match, each ended by a zero byte; without git (an unpacked release), by
# what is there.
files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard -- "$@"
    else
        local pattern names=()
        for pattern in "$@"; do names+=(-o -path "./$pattern"); done
        find . -path './build*' -prune -o -type f \( "${names[@]:1}" \) -printf '%P\0'
    fi
}
