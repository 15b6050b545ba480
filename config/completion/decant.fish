# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fish completion of decant, which says itself what it takes where.

function __decant_complete
    set -l words (commandline -opc) (commandline -ct)
    set -e words[1]
    decant complete $words 2>/dev/null
    or __fish_complete_path (commandline -ct)
end

complete -c decant -f -a '(__decant_complete)'
