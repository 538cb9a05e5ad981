#!/usr/bin/env bash
# Checks a release: a second build in another folder gives the same bytes, and each file installs and runs in an empty root.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

need jq jq
need unshare util-linux
dist=$work/dist
bash .ci/release.sh "$dist"
build

# runs ROOT PROGRAM: fails if the program, with ROOT as its file system, gives another report than here.
audit --format json fixtures >"$work/expected.json"
runs() {
    cp -R fixtures "$1"
    local status=0
    unshare --map-root-user --root="$1" --wd=/ "$2" audit --format json fixtures >"$work/report.json" || status=$?
    [ "$status" -eq 1 ] || fail "status $status of $2 in $1"
    cmp "$work/expected.json" "$work/report.json" || fail "$2 reports something else in $1"
    printf '%s: runs by itself\n' "$2"
}

mkdir "$work/archive"
tar -C "$work/archive" --strip-components=1 -xzf "$dist"/*.tar.gz
runs "$work/archive" /rotaudit

# dpkg, in a root without any other package.
mkdir -p "$work/debian/var/lib/dpkg"/{info,updates}
touch "$work/debian/var/lib/dpkg/status"
dpkg --root="$work/debian" --log="$work/dpkg.log" --install "$dist"/*.deb >/dev/null
runs "$work/debian" /usr/bin/rotaudit
for file in usr/share/man/man1/rotaudit.1.gz usr/share/bash-completion/completions/rotaudit usr/share/doc/rotaudit/copyright; do
    [ -s "$work/debian/$file" ] || fail "the Debian package has no $file"
done

virtual_environment "$work/venv" pipx==1.8.0
export PIPX_HOME=$work/pipx PIPX_BIN_DIR=$work/pipx/bin
"$work/venv/bin/pipx" install --quiet "$dist"/*.whl >/dev/null
cmp "$rotaudit" "$(realpath "$work/pipx/bin/rotaudit")" || fail "the wheel has another program"
"$work/pipx/bin/rotaudit" --version

# The bill of materials lists every crate of the program.
cargo tree --locked -e normal --target "$target" --prefix none --format '{p}' |
    awk 'NR > 1 && !seen[$1 " " $2]++ { print $1 " " substr($2, 2) }' | LC_ALL=C sort >"$work/tree"
jq -r '.components[] | "\(.name) \(.version)"' "$dist"/*.cdx.json | LC_ALL=C sort >"$work/listed"
[ "$(wc -l <"$work/tree")" -gt 100 ] || fail "cargo tree has too few crates"
missing=$(comm -23 "$work/tree" "$work/listed")
[ -z "$missing" ] || fail "not in the bill of materials: $missing"
printf '%d crates, %d in the bill of materials\n' "$(wc -l <"$work/tree")" "$(wc -l <"$work/listed")"

# No file contains a path of this machine.
if grep -rlaF -e "$root/" -e "${CARGO_HOME:-$HOME/.cargo}" -e "$work" "$work/archive" "$work/debian/usr" "$dist"/*.json; then
    fail "names of this machine's folders are in these files"
fi

# Make the files again, from the same build.
bash .ci/release.sh "$work/again" >/dev/null
cmp "$dist/SHA256SUMS" "$work/again/SHA256SUMS" || fail "the same build is packed in two ways"

# The package for crates.io. Instead of cargo's ordinary build, the release build checks it.
cargo publish --dry-run --no-verify --locked --allow-dirty --target-dir "$work/publish" 2>"$work/log" || {
    cat "$work/log"
    fail "it cannot be published"
}
mkdir "$work/elsewhere"
tar -C "$work/elsewhere" --strip-components=1 -xzf "$(find "$work/publish" -name 'rotaudit-*.crate' | head -n 1)"
(unset CARGO_TARGET_DIR && releasing "$work/elsewhere" cargo build --profile dist --locked --quiet --target "$target")
cmp "$rotaudit" "$work/elsewhere/target/$target/dist/rotaudit" || fail "two builds in two folders differ"
printf 'two builds in two folders are the same: %s\n' "$(sha256sum <"$rotaudit")"
