#!/usr/bin/env bash
# Checks the HTML report in Chromium, at 1400 and 375 pixels and as PDF. It runs only its own script, shows the verdict on its
# first screen, filters by address, works by keyboard and without scripting, prints on few pages, has no accessibility
# violation that axe-core calls serious, and stays usable with 20,000 accounts.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need chromium chromium
need npm npm
need python3 python3
build

npm install --silent --no-audit --no-fund --no-update-notifier --prefix "$work" \
    playwright-core@1.65.1 axe-core@4.14.1 >/dev/null
# The scripts find the packages in this folder.
cp tests/html/*.mjs "$work"

audit -q --title "Q4 review" --prepared-by "Anna Keller" --engagement ENG-2026-117 -o "$work/fixtures.html" fixtures
printf 'waivers:\n- {control: KR001, resource: "**/rg-legal/**", expires: 2027-01-31, justification: accepted}\n' >"$work/waivers.yaml"
audit -q --waivers "$work/waivers.yaml" -o "$work/waived.html" fixtures
node "$work/exports.mjs" hostile "$work/hostile"
audit --as-of "$as_of" -q --coverage "*=2023-12-31..$as_of" --title '<script>window.pwned=1</script>' -o "$work/hostile.html" "$work/hostile"
node "$work/exports.mjs" large "$work/tenant" 510
audit --as-of "$as_of" -q --coverage "*=2026-05-01..$as_of" -o "$work/tenant.html" "$work/tenant"
node "$work/exports.mjs" large "$work/large" 20000
audit --as-of "$as_of" -q --coverage "*=2026-05-01..$as_of" -o "$work/large.html" "$work/large"
printf '20,000 accounts: %d bytes\n' "$(stat -c %s "$work/large.html")"

node "$work/check.mjs" "$work"

# The pictures in the README show the current reports.
python3 docs/images/make.py --check --program "$rotaudit"
