#!/usr/bin/env bash
# Counts the instructions per byte of a log. Unlike time, the count does not depend on other work on the machine. The bound is
# generous, so only a change that makes reading much slower exceeds it. The count of an audit with an empty log is subtracted.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need valgrind valgrind
build
# The release profile: it is the one to measure, and the generator then needs no other build of the dependencies.
releasing "$root" cargo build --profile dist --locked --quiet --target "$target" --example generate
generate=$(dirname "$rotaudit")/examples/generate
bytes=20000000

# instructions FOLDER OPTION…: prints the instructions of an audit of the folder.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$rotaudit" audit --no-sandbox --as-of "$as_of" --jobs 1 \
        --no-hash --fail-on never --allow-unproven --format json "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

# bound SHAPE MOST: fails if a byte takes more than MOST instructions.
bound() {
    "$generate" "$work/$1" --accounts 20 --shape "$1" --log-bytes "$bytes"
    mkdir "$work/$1-empty"
    cp "$work/$1/accounts.json" "$work/$1-empty"
    local with without
    with=$(instructions "$work/$1")
    without=$(instructions "$work/$1-empty")
    local each=$(((with - without) / bytes))
    printf '%s: %s instructions a byte\n' "$1" "$each"
    [ "$each" -gt 0 ] || fail "$1: nothing was measured"
    [ "$each" -le "$2" ] || fail "$1: it takes $each instructions to read a byte, and $2 are the most"
}

bound lines 22
bound az 24

# An archive of hours of one subscription: four times as many take about four times as long, since its list is read once.
need python3 python3
archive() {
    mkdir "$work/zip-$1"
    cp "$work/lines/accounts.json" "$work/zip-$1"
    python3 - "$work/zip-$1/logs.zip" "$1" <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for hour in range(int(sys.argv[2])):
        name = f"resourceId=/SUBSCRIPTIONS/3D6F0C1A-92B4-4E57-8A1D-6C0BE27F4D95/y=2026/m={hour // 672 + 1:02}/d={hour // 24 % 28 + 1:02}/h={hour % 24:02}/m=00/PT1H.json"
        archive.writestr(name, "")
PYTHON
    instructions "$work/zip-$1"
}
few=$(archive 1000)
many=$(archive 4000)
printf 'zip: %s instructions for 1,000 members, %s for 4,000\n' "$few" "$many"
[ "$many" -gt "$few" ] || fail "zip: nothing was measured"
[ "$many" -le $((5 * few)) ] || fail "zip: four times as many members take more than five times as many instructions"
