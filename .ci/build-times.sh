#!/usr/bin/env bash
# How long the first two commands of the README take in a fresh clone of the last commit: seconds of the clock, and of the
# processors.
#
#     bash .ci/build-times.sh
#
# The packages are fetched before, and nothing is compiled. Other work on the machine lengthens the time of the clock.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/lib.sh"

git clone --quiet . "$work/rotaudit"
[ ! -e "$shared" ] || ln -s "$(realpath "$shared")" "$work/shared"
cd "$work/rotaudit"
unset CARGO_TARGET_DIR
cargo fetch --locked --quiet

# timed STATUS COMMAND…: the seconds that the command takes, which must end with that status.
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
