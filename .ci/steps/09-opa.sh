#!/usr/bin/env bash
# Checks that the built-in policies and the example of `policy init` give the same answers in real Open Policy Agent, and the
# built-in ones in both engines of regorus.
# ROTAUDIT_OPA_VENV names a virtual environment that has its bindings already.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

build

venv=${ROTAUDIT_OPA_VENV:-$work/venv}
if ! "$venv/bin/python" -c 'import opa_bindings' 2>/dev/null; then
    virtual_environment "$venv" pip
    "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version 3.14 --platform manylinux_2_34_x86_64 -d "$work/wheels" opa-golib-python-bindings==0.4.4
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --ignore-requires-python "$work"/wheels/*.whl
fi

# Cases that cannot be read have no facts.
facts() {
    "$rotaudit" facts "$@" 2>/dev/null || true
    "$rotaudit" facts --about evidence "$@" 2>/dev/null || true
}
facts fixtures >"$work/facts.jsonl"
# With observed and with stated coverage, for facts of both kinds.
for case in "${cases[@]}"; do
    exports=$case/exports
    [ -d "$exports" ] || continue
    facts --as-of "$as_of" "$exports" >>"$work/facts.jsonl"
    facts --as-of "$as_of" --coverage "*=2026-08-24..$as_of" "$exports" >>"$work/facts.jsonl"
done
[ "$(wc -l <"$work/facts.jsonl")" -gt 500 ] || fail "the fixtures and the cases have too few facts"

compare() {
    "$venv/bin/python" tests/opa/compare.py --rotaudit "$rotaudit" "$@"
}

compare --tests --random 10000 "$work/facts.jsonl"

# Other parameters, which make other differences between facts matter.
cat >"$work/params.json" <<'END'
{"max_age_days": 76, "due_soon_days": 69, "stalled_days": 0, "switchover_minutes": 43200}
END
compare --params "$work/params.json" --random 3000 --seed 2

"$rotaudit" policy init "$work/example" >/dev/null
compare --policy "$work/example" --no-builtin-policies --policy policies/lib --tests --random 1000

# The check can fail.
status=0
compare --policy tests/opa/differs.rego --no-builtin-policies --random 100 >/dev/null || status=$?
[ "$status" -eq 1 ] || fail "a policy that differs was not found to (status $status)"
