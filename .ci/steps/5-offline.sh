#!/usr/bin/env bash
# The main job as the kernel sees it: no socket, and no program started but rotaudit itself.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need strace strace
build

# watch COMMAND…: its network calls and program starts, one a line, in $work/trace.
watch() {
    strace -f -qq -e signal=none -e trace=%network,execve,execveat -o "$work/trace" "$@"
}

# What is to be seen is seen: a connection is tried to a port of this machine that nobody listens on.
watch bash -c ': </dev/tcp/127.0.0.1/9; true' 2>/dev/null || true
grep -q 'connect(' "$work/trace" || fail "strace does not show a connection"

for format in text json html sarif oscal; do
    watch "$rotaudit" audit --as-of "$as_of" --format "$format" fixtures \
        -o "$work/report.json" -o "$work/report.sarif" >"$work/report" || [ $? -le 3 ] || fail "$format"
    [ -s "$work/report" ] || fail "no report as $format"
    if [ "$(wc -l <"$work/trace")" -ne 1 ]; then
        cat "$work/trace"
        fail "more than the start of the program itself, for $format"
    fi
    printf '%s: no socket, no other program\n' "$format"
done
