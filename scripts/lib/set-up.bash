# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Brings the packages of scripts/lib/packages onto this machine. Sourced by the commands beside this folder:
#
#   set_up demo|test|fuzz|arm64 YES     installs what is missing for that command; YES=yes asks no questions.
#
# On Debian 12 and later missing packages are installed with apt. Elsewhere they are named, and the command ends.

packages_table=$(dirname "${BASH_SOURCE[0]}")/packages

# What new build directories are set up with: a backtrace needs the lines, and to describe every variable as well takes
# a sixth of the time of a build.
# shellcheck disable=SC2034 # of those who source this
plain_debug=(-Dcpp_args=-g1)

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Of those who have a usage() of their own; the exit code says whose fault it is.
misused() {
    usage >&2
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

# Of the words of a command line, --help has to be the only one that is left.
show_help() {
    [ $# = 1 ] || misused "--help takes no other word"
    usage
    exit
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root: run it as root, or install sudo"
    fi
}

# confirm QUESTION YES: true if the person at the terminal agrees. Nobody there to ask is a no.
confirm() {
    [ "$2" = yes ] && return
    [ -t 0 ] || fail "$1 Nobody is there to ask: say --yes to agree."
    local answer
    read -r -p "$1 [Y/n] " answer
    [[ $answer =~ ^([Yy].*)?$ ]]
}

version_at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# python_with MODULE...: prints the first Python that has all of them. A Python below /usr/local or of a virtual
# environment does not see the distribution's modules.
python_with() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))' \
            "$@" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

# One thing looked for, as the table writes it: "command meson>=1.1".
have_one() {
    local kind=${1%% *} name=${1#* } least=
    if [[ $name == *'>='* ]]; then
        least=${name#*>=}
        name=${name%%>=*}
    fi
    case $kind in
    command)
        command -v "$name" >/dev/null || return 1
        [ -z "$least" ] || version_at_least "$("$name" --version | grep -om 1 '[0-9][0-9.]*')" "$least"
        ;;
    module)
        command -v pkg-config >/dev/null && pkg-config --exists "$name${least:+ >= $least}"
        ;;
    python) python_with "$name" >/dev/null ;;
    file) [ -e "$name" ] ;;
    *) fail "$packages_table: '$1' starts with no known kind" ;;
    esac
}

# The "have" column of a row: all of "A, B"; any of "A or B".
have() {
    local each any found
    while IFS= read -r each; do
        found=no
        while IFS= read -r any; do
            if have_one "$any"; then found=yes; fi
        done <<<"${each// or /$'\n'}"
        [ $found = yes ] || return 1
    done <<<"${1//, /$'\n'}"
}

# missing_packages COMMAND COLUMN: the packages of every row that COMMAND needs and the machine has not.
missing_packages() {
    local row_for row_have debian fedora arch
    while IFS='|' read -r row_for row_have debian fedora arch; do
        read -r row_for <<<"$row_for"
        case $row_for in
        build | "$1") ;;
        windows) if [ "$1" = arm64 ] || [ "$(uname -m)" != x86_64 ]; then continue; fi ;;
        *) continue ;;
        esac
        read -r row_have <<<"$row_have"
        have "$row_have" && continue
        case $2 in
        debian) echo "$debian" ;;
        fedora) echo "$fedora" ;;
        arch) echo "$arch" ;;
        what) echo "$row_have" ;;
        esac
    done < <(grep -v '^#' "$packages_table" | grep '|')
}

# The same, in one line of words.
missing_words() { missing_packages "$1" "$2" | tr -s ' \n' '\n' | sort -u | grep -vx -e '-' | paste -sd ' ' - || true; }

backports_known() { grep -rqsE '^[^#]*bookworm-backports' /etc/apt/sources.list /etc/apt/sources.list.d; }

# debian_mirror CODENAME: prints the mirror that the machine already uses.
debian_mirror() {
    local mirror
    # shellcheck disable=SC2016 # apt replaces $(REPO_URI), not the shell
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $1" 'Created-By: Packages' | head -n 1)
    echo "${mirror:-http://deb.debian.org/debian/}"
}

# Debian 12 carries PipeWire 0.3; the backports carry 1.4.
add_backports() {
    local list=/etc/apt/sources.list.d/bookworm-backports.list
    echo "deb $(debian_mirror bookworm) bookworm-backports main" | as_root tee "$list" >/dev/null
    say "Added $list."
}

# The parts of PipeWire and WirePlumber on this machine that insist on one version of it, as a desktop has them: they
# have to move to the backports together.
installed_sisters() {
    dpkg-query -W -f '${db:Status-Status} ${source:Package} ${Package}\n' |
        sed -nE 's/^installed (pipewire|wireplumber) (.*)/\2/p' | grep -v '^libwireplumber-0.4'
}

set_up_debian() {
    local command=$1 yes=$2 version=$3 words word packages=() backports=()
    # Not through the shell's own splitting: it would take "meson*" for the names of files.
    read -ra words <<<"$(missing_words "$command" debian)"
    [ ${#words[@]} -gt 0 ] || return 0

    for word in "${words[@]}"; do
        if [[ $word == *'*' && $version == 12 ]]; then
            backports+=("${word%'*'}")
        else
            packages+=("${word%'*'}")
        fi
    done
    if [ ${#backports[@]} -gt 0 ]; then
        while IFS= read -r word; do backports+=("$word"); done < <(installed_sisters)
    fi
    say "To be installed from Debian $version: ${packages[*]:-nothing}"
    if [ ${#backports[@]} -gt 0 ]; then
        say "To be installed from bookworm-backports: ${backports[*]}"
        backports_known || say "bookworm-backports is not among this machine's package sources and will be added."
    fi
    confirm "Install them?" "$yes" || fail "nothing was installed"

    [ ${#backports[@]} -eq 0 ] || backports_known || add_backports
    as_root apt-get update -q
    # "package/release" takes these, and of what they depend on only the unavoidable, from the backports. No package may
    # be removed for ours: apt then says which, and the machine stays as it was.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends --no-remove \
        -o Dpkg::Use-Pty=0 "${packages[@]}" "${backports[@]/%//bookworm-backports}" ||
        fail "apt could not install the packages above; its own words say why"

    [ -z "$(missing_packages "$command" what)" ] ||
        fail "still missing after the installation: $(missing_packages "$command" what | paste -sd ';')"
}

# Says what is missing in the words of a distribution that we do not install on, and ends.
name_missing() {
    local command=$1 name=$2 install=$3 column=$4
    [ -n "$(missing_packages "$command" what)" ] || return 0
    {
        say "Not found on this machine:"
        missing_packages "$command" what | sed 's/^/    /'
        if [ -n "$column" ]; then
            say "On $name they come with:"
            say "    $install $(missing_words "$command" "$column" | tr -d '*')"
            missing_packages "$command" "$column" | grep -qx '[ -]*' &&
                say "$name has no package for some of them: docs/building.md says how to get those."
        else
            say "Their packages on Debian are: $(missing_words "$command" debian | tr -d '*')"
        fi
    } >&2
    fail "install what is missing, then run this again"
}

# Wine's 32-bit half is of another architecture on Debian. It is no condition: without it the tests of 32-bit plugins
# are skipped, and say so.
add_32_bit_wine() {
    local yes=$1 added=no plan install=(apt-get install --yes --no-install-recommends --no-remove)
    [ "$(dpkg --print-architecture)" = amd64 ] || return 0
    have_one 'file /usr/lib/i386-linux-gnu/wine/i386-windows/ntdll.dll' && return
    have_one 'file /usr/lib/x86_64-linux-gnu/wine/i386-windows/ntdll.dll' && return
    say "32-bit Wine is not installed; without it the tests of 32-bit plugins are skipped."
    # Nobody to ask, or nobody who may.
    [ "$yes" = yes ] || [ -t 0 ] || return 0
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || return 0
    confirm "Install it (architecture i386, wine32:i386)?" "$yes" || return 0
    if ! dpkg --print-foreign-architectures | grep -qx i386; then
        as_root dpkg --add-architecture i386
        added=yes
    fi
    as_root apt-get update -q || true
    # Libraries of both architectures have to be of one version. What is installed already stays as it is.
    if plan=$("${install[@]}" --simulate wine32:i386) && ! grep -q '^Inst [^ ]* \[' <<<"$plan" &&
        as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -o Dpkg::Use-Pty=0 wine32:i386; then
        return
    fi
    say "apt has no 32-bit Wine that goes with what is installed ('sudo apt upgrade' may help):"
    say "the tests of 32-bit plugins will be skipped."
    if [ $added = yes ]; then
        as_root dpkg --remove-architecture i386 || true
    fi
}

set_up() {
    local command=$1 yes=$2 ID='' ID_LIKE='' VERSION_ID='' PRETTY_NAME='this system'
    # shellcheck source=/dev/null
    . /etc/os-release
    case " $ID $ID_LIKE " in
    ' debian '*)
        # Testing and unstable have no number.
        [ "${VERSION_ID:-99}" -ge 12 ] || fail "$PRETTY_NAME is too old: Decant needs Debian 12 or later"
        set_up_debian "$command" "$yes" "${VERSION_ID:-unstable}"
        [ "$command" != test ] || add_32_bit_wine "$yes"
        ;;
    *' fedora '*) name_missing "$command" "$PRETTY_NAME" 'sudo dnf install' fedora ;;
    *' arch '*) name_missing "$command" "$PRETTY_NAME" 'sudo pacman -S --needed' arch ;;
    *' ubuntu '* | *' debian '*) name_missing "$command" "$PRETTY_NAME" 'sudo apt install' debian ;;
    *) name_missing "$command" "$PRETTY_NAME" '' '' ;;
    esac
}
