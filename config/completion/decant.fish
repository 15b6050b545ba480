# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fish completion of decant. Verbs and options are what its own help lists, nodes what the configuration has.

function __decant_verbs
    decant $argv --help 2>/dev/null |
        sed -n '/^[Ss][Uu][Bb][Cc][Oo][Mm]/,/^$/ s/^  \([a-z][a-z-]*\)  *\(.*\)/\1\t\2/p'
end

function __decant_path
    set -l words (commandline -opc)
    if contains -- $words[2] config preset
        echo $words[2]
        echo $words[3]
    else
        echo $words[2]
    end
end

function __decant_options
    decant (__decant_path) --help 2>/dev/null | grep -Eo -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,'
end

# Whether a node is expected where the cursor is.
function __decant_wants_node
    set -l words (commandline -opc)
    switch "$words[2]"
        case disable enable panic remove restart save
            return 0
        case bypass editor params set
            test (count $words) -eq 2
        case preset
            test (count $words) -eq 3
        case '*'
            return 1
    end
end

function __decant_wants_parameter
    set -l words (commandline -opc)
    test "$words[2]" = set -a (count $words) -ge 3
end

function __decant_parameters
    set -l words (commandline -opc)
    decant params --names $words[3] 2>/dev/null | string replace -r '$' '='
end

complete -c decant -n '__fish_use_subcommand' -f -a '(__decant_verbs)'
complete -c decant -n 'test (count (commandline -opc)) -eq 2; and __fish_seen_subcommand_from config preset' \
    -f -a '(__decant_verbs (commandline -opc)[2])'
complete -c decant -n '__decant_wants_node' -f -a '(decant config names 2>/dev/null)'
complete -c decant -n '__decant_wants_parameter' -f -a '(__decant_parameters)'
complete -c decant -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__decant_options)'
