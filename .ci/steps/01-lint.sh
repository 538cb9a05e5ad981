#!/usr/bin/env bash
# Checks formatting, lints and the scripts of the gate.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

cargo fmt --check
cargo clippy --all-targets --locked -- -D warnings

need shellcheck shellcheck
shellcheck --external-sources .ci/run .ci/*.sh .ci/steps/*.sh fuzz/run.sh
