#!/usr/bin/env bash
# Builds the release, and the API documentation without a broken link.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

build
"$rotaudit" --version
RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked
