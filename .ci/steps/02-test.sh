#!/usr/bin/env bash
# Runs all tests, with all random cases (for example 10,000 scenarios for the bounds) and all fuzz corpora.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

CI=true ROTAUDIT_TEST_THOROUGH=1 cargo test --locked
