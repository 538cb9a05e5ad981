#!/usr/bin/env bash
# Makes all files of a release in a folder: bash .ci/release.sh target/packages
# docs/releasing.md describes each file and the other steps of a release.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/lib.sh"

dist=$(realpath -m "${1:?the folder that the files go to}")
rm -rf "$dist"
mkdir -p "$dist"

need jq jq
need_cargo cargo-cyclonedx 0.5.9
need_cargo cargo-deb 3.8.0
virtual_environment "$work/venv" maturin==1.16.0

build
version=$(cargo metadata --no-deps --locked --format-version 1 | jq -r '.packages[0].version')

# The files that several packages contain, in the folder that Cargo.toml and pyproject.toml name.
staged=$root/target/staged
rm -rf "$staged"
mkdir -p "$staged/completions"
"$rotaudit" man --dir "$staged/man"
"$rotaudit" completions bash >"$staged/completions/rotaudit"
"$rotaudit" completions zsh >"$staged/completions/_rotaudit"
"$rotaudit" completions fish >"$staged/completions/rotaudit.fish"

# The bill of materials, without the path of the build folder.
releasing "$root" cargo cyclonedx --quiet --format json --spec-version 1.5 --target "$target" --no-build-deps --override-filename sbom
jq 'walk(if type == "string" then sub("^path\\+file://[^#]*#"; "") | sub("\\?download_url=file://[^#]*"; "") else . end)' \
    sbom.json >"$staged/rotaudit.cdx.json"
rm sbom.json

# The licences of all crates in the program. Most of them require that their text is included.
cargo tree --locked -e normal,no-proc-macro --target "$target" --prefix none --format '{p}' |
    awk 'NR > 1 { print $1 "@" substr($2, 2) }' | LC_ALL=C sort -u >"$work/crates"
cargo metadata --locked --format-version 1 |
    jq -r '.packages[] | ["\(.name)@\(.version)", .manifest_path, .license // "see its text"] | @tsv' | LC_ALL=C sort >"$work/packages"
{
    printf 'rotaudit is Copyright (c) 2026 The rotaudit contributors, under MIT or Apache-2.0.\n\n'
    cat LICENSE-MIT LICENSE-APACHE
    printf '\nIt holds the standard library of Rust (MIT or Apache-2.0), the GNU C library, and the crates that follow.\n'
    printf '\n== GNU C library\n\n'
    cat /usr/share/doc/libc6/copyright
    LC_ALL=C join -t $'\t' "$work/crates" "$work/packages" | while IFS=$'\t' read -r crate manifest licence; do
        printf '\n== %s: %s\n\n' "$crate" "$licence"
        find "$(dirname "$manifest")" -type f -regextype posix-extended \
            -iregex '.*/(un)?(licen[cs]e|copying|notice|copyright)([-._][^/]*)?' ! -name '*.rs' ! -name '*.[ch]' -print0 |
            LC_ALL=C sort -z | xargs -0 -r cat
    done
} >"$staged/copyright"

name=rotaudit-$version-$target
mkdir "$work/$name"
cp -R "$rotaudit" "$staged"/{man,completions,copyright,rotaudit.cdx.json} README.md CHANGELOG.md SECURITY.md docs "$work/$name"
tar -C "$work" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -c "$name" |
    gzip -9n >"$dist/$name.tar.gz"
releasing "$root" cargo deb --quiet --profile dist --no-build --no-strip --locked --target "$target" --output "$dist"
releasing "$root" "$work/venv/bin/maturin" build --quiet --profile dist --locked --target "$target" \
    --compatibility manylinux2014 --sbom-include "$staged/rotaudit.cdx.json" --out "$dist"
cp "$staged/rotaudit.cdx.json" "$dist/rotaudit-$version.cdx.json"
(cd "$dist" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS && cat SHA256SUMS)
