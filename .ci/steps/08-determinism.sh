#!/usr/bin/env bash
# Checks that the same inputs give the same bytes in another folder, in another environment and in another order.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

build
# Cases refer to the examples next to them.
mkdir "$work/tests"
cp -R fixtures examples "$work"
cp -R tests/cases "$work/tests"

# same NAME: fails if the two reports differ, or are empty.
same() {
    [ -s "$work/one" ] || fail "no report of $1"
    cmp "$work/one" "$work/other" || fail "two reports of $1 differ"
}

mapfile -t files < <(find fixtures -type f | LC_ALL=C sort)
mapfile -t reversed < <(printf '%s\n' "${files[@]}" | tac)
for format in text json html sarif oscal; do
    audit --format "$format" fixtures >"$work/one"
    (cd / && TZ=Asia/Kathmandu LC_ALL=C HOME=/nowhere audit --format "$format" "$work/fixtures") \
        >"$work/other"
    same "fixtures as $format"
    audit --format "$format" "${files[@]}" >"$work/one"
    audit "${reversed[@]}" --format "$format" >"$work/other"
    same "fixtures in reversed order as $format"
done

for case in "${cases[@]}"; do
    for format in text json html sarif oscal; do
        audit_case "$case" "$format" >"$work/one"
        audit_case "$work/$case" "$format" >"$work/other"
        cmp "$work/one" "$work/other" || fail "two reports of $case as $format differ"
    done
done
