# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# bash completion of decant. Verbs and options are what its own help lists, nodes what the configuration has.

_decant_verbs() {
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null |
        sed -n '/^[Ss][Uu][Bb][Cc][Oo][Mm]/,/^$/ s/^  \([a-z][a-z-]*\)  *.*/\1/p'
}

_decant_options() {
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null | grep -Eo -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,'
}

# Lines of a command's output that begin with what was typed, quoted.
_decant_lines() {
    local line typed=$1
    shift
    while IFS= read -r line; do
        [[ $line == "$typed"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
    done < <("$@" 2>/dev/null)
}

_decant() {
    local typed=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} place=$COMP_CWORD
    local -a path=("$verb")
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _decant_lines "$typed" _decant_verbs
        [[ $typed == -* ]] && _decant_lines "$typed" _decant_options
        return
    fi
    if [[ $verb == config || $verb == preset ]]; then
        if ((COMP_CWORD == 2)); then
            _decant_lines "$typed" _decant_verbs "$verb"
            return
        fi
        path+=("${COMP_WORDS[2]}")
        ((place -= 1))
    fi
    if [[ $typed == -* ]]; then
        _decant_lines "$typed" _decant_options "${path[@]}"
        return
    fi
    case "$verb:$place" in
        disable:* | enable:* | panic:* | remove:* | restart:* | save:* | bypass:2 | editor:2 | params:2 | preset:2 | set:2)
            _decant_lines "$typed" "${COMP_WORDS[0]}" config names ;;
        bypass:3)
            mapfile -t COMPREPLY < <(compgen -W 'on off toggle' -- "$typed") ;;
        editor:3)
            mapfile -t COMPREPLY < <(compgen -W 'open close toggle' -- "$typed") ;;
        set:*)
            _decant_lines "$typed" "${COMP_WORDS[0]}" params --names "${COMP_WORDS[2]}"
            compopt -o nospace 2>/dev/null
            COMPREPLY=("${COMPREPLY[@]/%/=}") ;;
        *)
            compopt -o default 2>/dev/null ;;
    esac
}

complete -F _decant decant
