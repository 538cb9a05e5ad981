#!/usr/bin/env bash
# The README's test command, with all random cases and corpora, such as 10,000 scenarios for the proofs.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

CI=true ROTAUDIT_TEST_THOROUGH=1 cargo test --locked
