#!/usr/bin/env bash
# The HTML report in real Chromium: it runs nothing but its own, can be used by keyboard and without scripting, prints,
# has no accessibility violation that axe-core calls serious, and stays usable with 20,000 accounts.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need chromium chromium
need npm npm
need python3 python3
build

npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" \
    playwright-core@1.65.1 axe-core@4.14.1 >/dev/null
# Where they find these packages.
cp tests/html/*.mjs "$work"

audit -q -o "$work/fixtures.html" fixtures
node "$work/exports.mjs" hostile "$work/hostile"
audit --as-of "$as_of" -q --coverage "*=2023-12-31..$as_of" -o "$work/hostile.html" "$work/hostile"
node "$work/exports.mjs" large "$work/large" 20000
audit --as-of "$as_of" -q --coverage "*=2026-05-01..$as_of" -o "$work/large.html" "$work/large"
printf '20,000 accounts: %d bytes\n' "$(stat -c %s "$work/large.html")"

node "$work/check.mjs" "$work/fixtures.html" "$work/hostile.html" "$work/large.html"

# The pictures in the README show the reports of today.
python3 docs/images/make.py --check --program "$rotaudit"
