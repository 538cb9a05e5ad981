#!/usr/bin/env bash
# Injects faults into system calls, and fills a disk: no incomplete report looks complete, no other file is left next to it, and
# the exit status shows the fault.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need strace strace
need unshare util-linux
build

# Resets the output folder: one old report, no other file.
fresh() {
    rm -rf "$work/out"
    mkdir "$work/out"
    printf 'old' >"$work/out/report.json"
}

# alone FAULT: fails if any other file is next to the report.
alone() {
    [ "$(ls -A "$work/out")" = report.json ] || fail "$1: something is left: $(ls -A "$work/out")"
}

untouched() {
    alone "$1"
    [ "$(cat "$work/out/report.json")" = old ] || fail "$1: the old report is gone"
}

whole() {
    alone "$1"
    grep -q '"rotaudit.report/1"' "$work/out/report.json" || fail "$1: the report is not there"
    python3 -m json.tool "$work/out/report.json" >/dev/null || fail "$1: the report is not whole"
}

# meeting FAULT STATUS OPTION…: runs an audit in which strace injects FAULT. It must end with STATUS.
meeting() {
    local status=0
    fresh
    # A process in the background of a script ignores some signals, unless they are reset.
    strace -f -qq -o "$work/trace" -e inject="$1" "${@:3}" \
        env --default-signal "$rotaudit" audit fixtures -q -o "$work/out/report.json" 2>"$work/errors" || status=$?
    grep -q 'INJECTED\|SIGINT' "$work/trace" || fail "$1: it was not met"
    [ "$status" -eq "$2" ] || { cat "$work/errors"; fail "$1: status $status"; }
    printf '%s: status %s\n' "$1" "$status"
}

need python3 python3

# While the report is written.
for fault in fsync:error=EIO fsync:error=ENOSPC /^rename:error=EACCES; do
    meeting "$fault" 2
    grep -q 'cannot be written' "$work/errors" || fail "$fault: it is not said"
    untouched "$fault"
done
# A signal waits until the report is in place. The shell reports a death by signal as 128 plus its number.
meeting fsync:signal=SIGINT 130
whole 'a signal'

# While exports are read: at the start, and in the middle.
for fault in read:error=EIO read:error=EIO:when=2+; do
    meeting "$fault" 2 -P fixtures/activity-prod.json
    grep -q 'activity-prod.json: .*Input/output error' "$work/errors" || fail "$fault: it is not said"
    whole "$fault"
    grep -q 'Input/output error' "$work/out/report.json" || fail "$fault: the report does not say it"
done
# A folder that cannot be listed to its end. Its files are unknown, so there can be no audit.
meeting getdents64:error=EIO 2 -P fixtures
grep -q 'Input/output error' "$work/errors" || fail "a folder: it is not said"

# A disk with room for half of the report.
fresh
# shellcheck disable=SC2016  # they are for the inner shell
unshare --map-root-user --mount bash -euc '
    mount -t tmpfs -o size=16k none "$1/out"
    printf old >"$1/out/report.json"
    status=0
    "$2" audit fixtures -q -o "$1/out/report.json" 2>"$1/errors" || status=$?
    ls -A "$1/out" >"$1/names"
    cat "$1/out/report.json" >"$1/left"
    exit "$status"
' bash "$work" "$rotaudit" && fail "a full disk: status 0"
grep -q 'No space left' "$work/errors" || fail "a full disk: it is not said"
[ "$(cat "$work/names" "$work/left")" = $'report.json\nold' ] || fail "a full disk: something is left"
printf 'a full disk: the old report alone is left\n'
