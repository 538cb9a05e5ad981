#!/usr/bin/env bash
# Measures the first two commands of CONTRIBUTING.md in a fresh clone of the last commit: elapsed and processor seconds.
#
#     bash .ci/build-times.sh
#
# Packages are fetched before, and nothing is compiled yet. Other work on the machine increases the elapsed time.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/lib.sh"

git clone --quiet . "$work/rotaudit"
[ ! -e "$shared" ] || ln -s "$(realpath "$shared")" "$work/shared"
cd "$work/rotaudit"
unset CARGO_TARGET_DIR
cargo fetch --locked --quiet

# timed STATUS COMMAND…: prints the seconds that the command takes. It must end with STATUS.
timed() {
    local TIMEFORMAT="${*:2} | %R s | %U s + %S s in the kernel" status=0
    time "${@:2}" >"$work/log" 2>&1 || status=$?
    [ "$status" -eq "$1" ] || {
        cat "$work/log"
        fail "status $status of: ${*:2}"
    }
}

timed 1 cargo run --release --locked -- audit fixtures
timed 0 cargo test --locked
