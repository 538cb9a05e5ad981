#!/usr/bin/env bash
# The README's test command.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

CI=true cargo test --locked
