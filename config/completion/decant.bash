# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# bash completion of decant, which says itself what it takes where.

_decant() {
    local found text
    COMPREPLY=()
    if ! found=$("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); then
        compopt -o default 2>/dev/null
        return
    fi
    while IFS=$'\t' read -r text _; do
        [[ -n $text ]] && COMPREPLY+=("$(printf '%q' "$text")")
        [[ $text == *= ]] && compopt -o nospace 2>/dev/null
    done <<<"$found"
}

complete -F _decant decant
