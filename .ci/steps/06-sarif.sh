#!/usr/bin/env bash
# Validates the SARIF reports of the fixtures and of all cases with the SARIF Multitool, and reads them with real consumers:
# sarif-tools, and the parser of DefectDojo.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need npm npm
need jq jq
build
npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" \
    @microsoft/sarif-multitool@5.7.0 @microsoft/sarif-multitool-linux@5.7.0 >/dev/null
multitool=$work/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

# valid KINDS FILE…: succeeds if the Multitool finds no error by these kinds of rules. Its exit status does not show errors, so
# its findings are counted. GHAzDO1019 and GHAzDO1020 are left out: they require the ids of a pipeline run, which rotaudit does
# not know.
valid() {
    local kinds=$1
    shift
    rm -f "$work/findings.sarif"
    "$multitool" validate "$@" --rule-kind "$kinds" --level 'Error;Warning' \
        --log ForceOverwrite -o "$work/findings.sarif" >"$work/log" 2>&1 || true
    jq -e '[.runs[].results[]? | select((.level // "warning") == "error")
        | select(.ruleId | IN("GHAzDO1019", "GHAzDO1020") | not)] | length == 0' \
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
for kinds in 'Sarif;Ghas' 'Sarif;GHAzDO'; do
    if valid "$kinds" "$work/broken.sarif"; then
        fail "the Multitool takes a broken report ($kinds)"
    fi
done

mkdir "$work/profiles"
for profile in github azure-devops; do
    audit --format sarif --sarif-profile "$profile" fixtures >"$work/profiles/$profile.sarif"
done
if ! valid 'Sarif;Ghas' "$work"/reports/*.sarif "$work/profiles/github.sarif" ||
    ! valid 'Sarif;GHAzDO' "$work/profiles/azure-devops.sarif"; then
    jq -r '.runs[].results[]? | "\(.level) \(.ruleId) \(.locations[0].physicalLocation.artifactLocation.uri) \(.message)"' \
        "$work/findings.sarif" || cat "$work/log"
    fail "the Multitool finds errors"
fi
printf '%d SARIF reports are valid\n' "$(find "$work/reports" -name '*.sarif' | wc -l)"

# sarif-tools counts the failures of the log, and no other result.
virtual_environment "$work/python" sarif-tools==3.0.5 python-dateutil==2.9.0.post0
failures=$(jq '[.runs[].results[] | select(.kind == "fail")] | length' "$work/reports/fixtures.sarif")
counted=$("$work/python/bin/sarif" summary "$work/reports/fixtures.sarif" |
    awk '/^(error|warning|note): / { failures += $2 } END { print failures }')
if [ "$failures" -eq 0 ] || [ "$failures" != "$counted" ]; then
    fail "sarif-tools counts $counted of $failures failures"
fi

# The parser of DefectDojo, without its database.
dojo=https://raw.githubusercontent.com/DefectDojo/django-DefectDojo/7cfa159a6767b0ac6e66f3b1597a997e607e7308/dojo/tools/sarif/parser.py
need curl curl
if curl --fail --silent --location --max-time 60 --output "$work/parser.py" "$dojo"; then
    PYTHONPATH=$work PYTHONDONTWRITEBYTECODE=1 "$work/python/bin/python" .ci/dojo.py \
        "$work/reports/fixtures.sarif" "$work/profiles/github.sarif"
else
    printf 'left out, because it cannot be fetched: the parser of DefectDojo\n'
fi
