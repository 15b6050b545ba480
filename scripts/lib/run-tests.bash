# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Builds and runs tests, and counts. Sourced by scripts/test and scripts/test-arm64, in the root of the tree, after
# set-up.bash.

# What tells whether a test passes does not hang on the directory it was compiled in: let ccache, where it is
# installed, serve every checkout.
export CCACHE_NOHASHDIR=1

# What run_tests has counted, and what the tests run in.
passed=0
failed=0
wrapper=(env)

step() {
    say
    say "== $* ($((SECONDS / 60)) min $((SECONDS % 60)) s)"
}

# shellcheck disable=SC2154 # plain_debug is of set-up.bash
configure() {
    local directory=$1
    shift
    if [ -e "$directory/build.ninja" ]; then
        # A tool may have come since, and a test of what it finds with it.
        meson setup --reconfigure "$directory" "$@"
    else
        meson setup "$directory" "${plain_debug[@]}" "$@"
    fi
}

# Only the programs of these suites' tests: what is not run under a sanitizer need not be built for it.
build_suites() {
    local directory=$1
    shift
    local programs
    programs=$(python3 scripts/lib/programs-of-suites.py "$directory" "$@")
    # shellcheck disable=SC2086 # a list
    ninja -C "$directory" $programs
}

# run_tests BUILD_DIRECTORY [MESON_TEST_ARGUMENT...]: runs, and adds to the counts. A build that fails is a failure.
# What fails has a second attempt, alone, and it is said: some tests play through a real PipeWire, whose graph a busy
# machine can hold up for longer than any patience.
run_tests() {
    local directory=$1 log=$1/meson-logs/testlog.json again=$1/meson-logs/second-attempt.json new_passed new_failed
    local -a failures
    shift
    rm -f "$log" "$again"
    "${wrapper[@]}" meson test -C "$directory" --no-rebuild --print-errorlogs "$@" || true
    mapfile -t failures < <(python3 scripts/lib/count-results.py --failed "$log")
    if ((${#failures[@]} > 0 && ${#failures[@]} <= 4)); then
        say "A second attempt: ${failures[*]}"
        cp "$log" "$log.first"
        "${wrapper[@]}" meson test -C "$directory" --no-rebuild --print-errorlogs --num-processes 1 "$@" "${failures[@]}" ||
            true
        mv "$log" "$again"
        mv "$log.first" "$log"
    fi
    read -r new_passed new_failed < <(python3 scripts/lib/count-results.py "$log" "$again") || new_passed=0 new_failed=1
    passed=$((passed + new_passed))
    failed=$((failed + new_failed))
}
