#!/usr/bin/env bash
# Every form of command in the reports, held against the parser of the real Azure CLI. No command is run.
# ROTAUDIT_AZ_VENV names a virtual environment that has azure-cli already; it is about 730 MB.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need jq jq
build

mkdir "$work/reports"
audit --as-of "$as_of" --format json fixtures >"$work/reports/fixtures.json"
for key in key1 key2; do
    audit --as-of "$as_of" --format json --in-use-key "$key" fixtures >"$work/reports/$key.json"
done
for case in tests/cases/*/; do
    # The parser is fed what bash would hand to az.
    grep -q -e '--shell' "$case/args" || audit_case "$case" json >"$work/reports/$(basename "$case").json"
done

# The parser takes about a second a command, so of commands that differ in a plain value only one is tried. Values that
# had to be quoted, or stand behind an option's `=`, are told apart. $'…' is beyond the parser's shell-like splitting.
jq -rs '
    [.. | objects | select(.argv?[0] == "az" and .command? != null)]
    | map(select(.command | contains("$\u0027") | not))
    | group_by(.argv | [foreach .[] as $word ({};
        {word: $word, after: .word};
        if (.after // "" | IN("--subscription", "--resource-group", "--name", "--ids", "--start-time", "--end-time"))
            and ($word | test("^[A-Za-z0-9./:_-]+$"))
        then "VALUE" else $word end)])
    | .[][0].command' "$work"/reports/*.json >"$work/commands"
[ -s "$work/commands" ] || fail "no report has a command"

venv=${ROTAUDIT_AZ_VENV:-$work/venv}
[ -x "$venv/bin/az" ] || virtual_environment "$venv" azure-cli==2.91.0
parse() {
    AZURE_CONFIG_DIR=$work/azure "$venv/bin/python" "$shared/tools/az_parse.py"
}

# A check that cannot fail is none: `account update` has no such option.
if echo 'az cognitiveservices account update --name a --resource-group g --disable-local-auth true' |
    parse >/dev/null; then
    fail "the parser takes an option that does not exist"
fi
parse <"$work/commands"
