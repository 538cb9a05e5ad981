#!/usr/bin/env bash
# Validates the OSCAL reports of the fixtures and the cases with compliance-trestle, the tool of the OSCAL Compass project.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

build
virtual_environment "$work/venv" compliance-trestle==5.2.0
python=$work/venv/bin/python

mkdir "$work/reports"
audit --format oscal fixtures >"$work/reports/fixtures.json"
for case in "${cases[@]}"; do
    report=$work/reports/$(case_name "$case").json
    audit_case "$case" oscal >"$report"
    [ -s "$report" ] || rm "$report"
done

# Trestle's types reject unknown members, empty lists and values that do not match their patterns.
cat >"$work/load.py" <<'END'
import pathlib, sys
from trestle.oscal.assessment_results import AssessmentResults

for path in map(pathlib.Path, sys.argv[1:]):
    try:
        AssessmentResults.oscal_read(path)
    except Exception as error:
        sys.exit(f"{path.name}: {error}")
print(len(sys.argv) - 1, "OSCAL reports are valid")
END

# valid FILE: succeeds if trestle imports it into a workspace and finds no duplicate identifier.
mkdir "$work/workspace"
(cd "$work/workspace" && "$work/venv/bin/trestle" init --local >/dev/null)
valid() {
    rm -rf "$work/workspace/assessment-results/audit"
    (cd "$work/workspace" && "$work/venv/bin/trestle" import -f "$1" -o audit &&
        "$work/venv/bin/trestle" validate -t assessment-results -n audit) >"$work/log" 2>&1
}

# The check can fail: it must reject a result without reviewed controls, and a duplicate identifier.
need jq jq
jq 'del(."assessment-results".results[0]."reviewed-controls")' "$work/reports/fixtures.json" >"$work/incomplete.json"
if valid "$work/incomplete.json" || "$python" "$work/load.py" "$work/incomplete.json" 2>/dev/null; then
    fail "trestle takes a result without the controls that were reviewed"
fi
jq '."assessment-results".results[0].observations[1].uuid = ."assessment-results".results[0].observations[0].uuid' \
    "$work/reports/fixtures.json" >"$work/twice.json"
if valid "$work/twice.json"; then
    fail "trestle takes an identifier that is given twice"
fi

valid "$work/reports/fixtures.json" || {
    cat "$work/log"
    fail "trestle refuses the report of the fixtures"
}
"$python" "$work/load.py" "$work"/reports/*.json
