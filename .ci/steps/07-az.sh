#!/usr/bin/env bash
# Checks every form of command in the reports and in the export script with the parser of the Azure CLI. Runs no command.
# ROTAUDIT_AZ_VENV names a virtual environment that has azure-cli already; it is about 730 MB.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need jq jq
build

mkdir "$work/reports"
audit --format json fixtures >"$work/reports/fixtures.json"
for key in key1 key2; do
    audit --format json --in-use-key "$key" fixtures >"$work/reports/$key.json"
done
for case in "${cases[@]}"; do
    # The parser gets the arguments that bash would pass to az.
    grep -q -e '--shell' "$case/args" || audit_case "$case" json >"$work/reports/$(case_name "$case").json"
done

# The same commands in the script of the fixes.
need shellcheck shellcheck
audit --format script fixtures >"$work/fix.sh"
for case in "${cases[@]}"; do
    grep -q -e '--shell' "$case/args" || audit_case "$case" script >"$work/reports/$(case_name "$case").sh"
done
find "$work/reports" -name '*.sh' -empty -delete
# Names that a shell would expand are in single quotes on purpose (SC2016).
shellcheck --exclude=SC2016 "$work/fix.sh" "$work/reports"/*.sh

# The parser takes about a second per command, so only one of the commands that differ in a plain value is tried. Values that
# are quoted, or follow an option's `=`, count as different. The parser's shell-like splitting does not support $'…'.
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

# The commands that the export script runs, recorded by an `az` of our own.
mkdir "$work/bin" "$work/scripts"
subscription=3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95
account=/subscriptions/$subscription/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a
cat >"$work/bin/az" <<AZ
#!/usr/bin/env bash
printf 'az%s\n' "\$(printf ' %q' "\$@")" >>"\$COMMANDS"
case "\$*" in
    'account list --output json') echo '[]' ;;
    'account list '*) echo $subscription ;;
    'account show '*) echo auditor@contoso.example ;;
    *'account list '*' --query '*) echo $account ;;
    *'keys list '*) printf '%032d\\n' 0 ;;
    *' --output json') echo '[]' ;;
esac
AZ
chmod +x "$work/bin/az"
"$rotaudit" export-script >"$work/scripts/exports.sh"
"$rotaudit" export-script --key-stamps >"$work/scripts/exports-and-stamps.sh"
"$rotaudit" export-script --key-stamps --account "$account" >"$work/scripts/stamps.sh"
need shellcheck shellcheck
for script in "$work"/scripts/*.sh; do
    bash -n "$script"
    shellcheck "$script"
    name=$(basename "$script" .sh)
    (cd "$work" && COMMANDS=$work/$name.commands PATH=$work/bin:$PATH bash "$script" "$name")
done
# The script with everything runs all commands of the others, except that the stamps of named accounts need no more than a
# sign-in. Only the times differ.
forms() {
    sed -E 's/-time [^ ]+/-time TIME/g' "$@" | sort -u
}
[ "$(forms "$work"/*.commands)" = "$(forms "$work/exports-and-stamps.commands" - <<<'az account show --output none')" ] ||
    fail "a script calls az as the script of everything does not"
[ "$(wc -l <"$work/exports-and-stamps.commands")" -eq 8 ] || fail "the export script does not call az as it should"
{
    cat "$work/exports-and-stamps.commands"
    echo 'az account show --output none'
} >>"$work/commands"

has_shared 'the parser of the Azure CLI' || exit 0
venv=${ROTAUDIT_AZ_VENV:-$work/venv}
[ -x "$venv/bin/az" ] || virtual_environment "$venv" azure-cli==2.91.0
parse() {
    AZURE_CONFIG_DIR=$work/azure "$venv/bin/python" "$shared/tools/az_parse.py"
}

# The check can fail: `account update` has no such option.
if echo 'az cognitiveservices account update --name a --resource-group g --disable-local-auth true' |
    parse >/dev/null; then
    fail "the parser takes an option that does not exist"
fi
parse <"$work/commands"
