#!/usr/bin/env bash
# Watches the system calls of an audit: it opens no socket, starts no program, and opens no input before it is sandboxed.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need strace strace
build

# watch COMMAND…: writes its network calls and program starts to $work/trace, one per line.
watch() {
    strace -f -qq -e signal=none -e trace=%network,execve,execveat -o "$work/trace" "$@"
}

# The check can fail: strace must show an attempt to connect to a closed port of this machine.
watch bash -c ': </dev/tcp/127.0.0.1/9; true' 2>/dev/null || true
grep -q 'connect(' "$work/trace" || fail "strace does not show a connection"

for format in text json html sarif oscal; do
    watch "$rotaudit" audit --format "$format" fixtures \
        -o "$work/report.json" -o "$work/report.sarif" >"$work/report" || [ $? -le 3 ] || fail "$format"
    [ -s "$work/report" ] || fail "no report as $format"
    if [ "$(wc -l <"$work/trace")" -ne 1 ]; then
        cat "$work/trace"
        fail "more than the start of the program itself, for $format"
    fi
    printf '%s: no socket, no other program\n' "$format"
done

# The files that it opens. Landlock rules need a handle to each file (O_PATH), which does not read it.
strace -f -qq -e signal=none -e trace=landlock_restrict_self,seccomp,open,openat,openat2 -o "$work/trace" \
    "$rotaudit" audit fixtures -o "$work/report.json" >/dev/null || [ $? -le 3 ] || fail "audit"
grep -v O_PATH "$work/trace" >"$work/calls"

# line PATTERN: prints the number of the first line that matches.
line() {
    grep -nm1 "$1" "$work/calls" | cut -d: -f1 | grep . || fail "strace shows no $1"
}

landlock=$(line 'landlock_restrict_self(.* = 0$')
seccomp=$(line 'seccomp(SECCOMP_SET_MODE_FILTER.* = 0$')
input=$(line '"fixtures')
if [ "$input" -lt "$landlock" ] || [ "$input" -lt "$seccomp" ]; then
    cat "$work/calls"
    fail "an input is opened before the process has shut itself in"
fi
# The end of a call that another thread interrupted (`resumed`) has no path; its beginning has.
if tail -n "+$((landlock + 1))" "$work/calls" | grep 'open' | grep -v ' resumed>' |
    grep -vE "\"(fixtures[/\"]|$work/|/proc/self/(smaps|statm)\")"; then
    fail "something else than inputs, outputs and its own size is opened"
fi
printf 'shut in before the first input is opened\n'
