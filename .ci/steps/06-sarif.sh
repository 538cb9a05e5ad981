#!/usr/bin/env bash
# Validates the SARIF reports of the fixtures and of all cases with the SARIF Multitool.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need npm npm
need jq jq
build
npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" \
    @microsoft/sarif-multitool@5.7.0 @microsoft/sarif-multitool-linux@5.7.0 >/dev/null
multitool=$work/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

# valid FILE…: succeeds if the Multitool finds no error. Its exit status does not show errors, so its findings are counted.
valid() {
    rm -f "$work/findings.sarif"
    "$multitool" validate "$@" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
        --log ForceOverwrite -o "$work/findings.sarif" >"$work/log" 2>&1 || true
    jq -e '[.runs[].results[]? | select((.level // "warning") == "error")] | length == 0' \
        "$work/findings.sarif" >/dev/null
}

mkdir "$work/reports"
audit --format sarif fixtures >"$work/reports/fixtures.sarif"
for case in "${cases[@]}"; do
    report=$work/reports/$(case_name "$case").sarif
    audit_case "$case" sarif >"$report"
    [ -s "$report" ] || rm "$report"
done

# The check can fail: it must reject a result without a message.
jq 'del(.runs[0].results[0].message)' "$work/reports/fixtures.sarif" >"$work/broken.sarif"
if valid "$work/broken.sarif"; then
    fail "the Multitool takes a broken report"
fi

if ! valid "$work"/reports/*.sarif; then
    jq -r '.runs[].results[]? | "\(.level) \(.ruleId) \(.locations[0].physicalLocation.artifactLocation.uri) \(.message)"' \
        "$work/findings.sarif" || cat "$work/log"
    fail "the Multitool finds errors"
fi
printf '%d SARIF reports are valid\n' "$(find "$work/reports" -name '*.sarif' | wc -l)"
