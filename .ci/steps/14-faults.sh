#!/usr/bin/env bash
# Faults in the middle of a call, which a tracer brings about, and a disk that is full: no report is left that looks whole
# and is not, nothing is left beside it, and the exit status tells.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need strace strace
need unshare util-linux
build

# What each run has there before it: an old report, and nothing else.
fresh() {
    rm -rf "$work/out"
    mkdir "$work/out"
    printf 'old' >"$work/out/report.json"
}

# alone WHAT: whether there is nothing beside the report.
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

# meeting FAULT STATUS OPTION…: an audit whose calls fail as strace is told; it ends with STATUS.
meeting() {
    local status=0
    fresh
    # What is started in the background of a script ignores some signals, unless it is told otherwise.
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
# A signal waits until the report is in its place; 128 and its number is what the shell makes of a death by it.
meeting fsync:signal=SIGINT 130
whole 'a signal'

# While exports are read: at once, and in the middle.
for fault in read:error=EIO read:error=EIO:when=2+; do
    meeting "$fault" 2 -P fixtures/activity-prod.json
    grep -q 'activity-prod.json: .*Input/output error' "$work/errors" || fail "$fault: it is not said"
    whole "$fault"
    grep -q 'Input/output error' "$work/out/report.json" || fail "$fault: the report does not say it"
done
# A folder that cannot be listed to its end. What is in it cannot be told, so there may be no audit at all.
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
