#!/usr/bin/env bash
# Runs a fuzzer on its corpus, which is kept in fuzz/corpora as an archive. Git ignores the unpacked corpus in fuzz/corpus.
#
#   bash fuzz/run.sh TARGET [OPTION…]      fuzz, with options of libFuzzer; unpacks the corpus if it is not unpacked
#   bash fuzz/run.sh --unpack TARGET       replace the unpacked corpus with the archive's
#   bash fuzz/run.sh --minimize TARGET     delete inputs from the unpacked corpus that cover nothing new, and pack it
#   bash fuzz/run.sh --pack TARGET         pack the unpacked corpus
#
# The same inputs yield the same archive, byte for byte, with the same version of zstd. Packing needs GNU tar, fuzzing cargo-fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    sed -n 's/^#   //p' fuzz/run.sh >&2
    exit 2
}

action=fuzz
case ${1-} in
    --unpack | --minimize | --pack) action=${1#--} && shift ;;
esac
target=${1-}
[ -f "fuzz/fuzz_targets/$target.rs" ] || usage
shift
archive=fuzz/corpora/$target.tar.zst
corpus=fuzz/corpus/$target

# Without a sanitizer, since the program has no unsafe code; so the stable compiler suffices.
fuzzer() {
    RUSTC_BOOTSTRAP=1 cargo fuzz "$1" "$target" --sanitizer none "${@:2}"
}

unpack() {
    rm -rf "$corpus"
    mkdir -p "$corpus"
    zstd --quiet --decompress --stdout "$archive" | tar --extract --directory="$corpus"
}

# The archive holds names and bytes only: times, owners and modes are constant, and the order is that of the names.
pack() {
    find "$corpus" -type f -printf '%f\0' | LC_ALL=C sort -z |
        tar --create --directory="$corpus" --null --files-from=- --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644 |
        zstd --quiet -19 --single-thread >"$archive.new"
    mv "$archive.new" "$archive"
}

case $action in
    fuzz)
        [ -d "$corpus" ] || unpack
        # Fuzzers write reports, each of which is on disk before the next input; in memory, `read` tries 16 times as many.
        [ -n "${TMPDIR-}" ] || [ ! -d /dev/shm ] || export TMPDIR=/dev/shm
        # New inputs go to the first folder.
        folders=("$corpus")
        [ ! -d "fuzz/regressions/$target" ] || folders+=("fuzz/regressions/$target")
        [ "$target" != read ] || folders+=(tests/cases)
        fuzzer run "${folders[@]}" -- "$@"
        ;;
    unpack)
        unpack
        ;;
    minimize)
        [ -d "$corpus" ] || unpack
        fuzzer cmin "$corpus"
        pack
        ;;
    pack)
        [ -d "$corpus" ] || usage
        pack
        ;;
esac
