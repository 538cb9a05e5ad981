#!/usr/bin/env bash
# The README's test command; then 10,000 random scenarios for the proofs.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

CI=true cargo test --locked

# Proofs against the enumeration of worlds need many more scenarios. Optimising the crate alone leaves its dependencies as they
# are built, and takes less time than it saves.
PROPTEST_CASES=10000 cargo test --locked --config 'profile.dev.package.rotaudit.opt-level=2' --test it worlds::
