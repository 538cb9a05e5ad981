# What the steps share; each begins with it. It runs in the project's root, and leaves a folder of the step's own.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the steps use its variables
set -euo pipefail
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shared=$root/../shared
cd "$root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The instant of the cases and of generated exports. The fixtures need none: without it, an audit is as of the end of its
# evidence.
as_of=2026-11-23

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# need COMMAND PACKAGE: what a fresh machine may lack.
need() {
    command -v "$1" >/dev/null && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

# A new virtual environment of Python in the folder $1, with the packages that follow.
virtual_environment() {
    need python3 python3
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    python3 -m venv "$1"
    # Compiling what is installed would take longer than running the little of it that is used.
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-compile "${@:2}"
}

# need_cargo COMMAND VERSION: the same for what is made from crates.io. Without optimisation it is there sooner, and has little to do.
need_cargo() {
    command -v "$1" >/dev/null || cargo install --quiet --locked --debug "$1" --version "$2"
}

# Releases are built for it by name, though it is this machine's: flags are then for the program, and not for what only builds it.
target=$(rustc -vV | sed -n 's/^host: //p')

# The instant that all files of a release bear: when the version was last touched.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct -- Cargo.toml)}

# releasing FOLDER COMMAND…: in the folder, with what makes a build static, and the same bytes in whatever folder it is made.
releasing() (
    cd "$1"
    flags=(
        -Ctarget-feature=+crt-static
        "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates"
        "--remap-path-prefix=$PWD=/rotaudit"
    )
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}")
    export CARGO_ENCODED_RUSTFLAGS SOURCE_DATE_EPOCH=$epoch
    "${@:2}"
)

# The very build that is released, so that all steps are about it; --locked says so where the lock file is behind.
build() {
    releasing "$root" cargo build --profile dist --locked --quiet --target "$target"
    rotaudit=${CARGO_TARGET_DIR:-$root/target}/$target/dist/rotaudit
}

# audit OPTION_OR_PATH...: an audit whose findings are no failure here; one that could not be done is.
audit() {
    local status=0
    "$rotaudit" audit "$@" || status=$?
    [ "$status" -le 3 ] || fail "status $status of: rotaudit audit $*"
}

# The folders of all cases, at any depth.
mapfile -t cases < <(find tests/cases -name args -type f -printf '%h\n' | LC_ALL=C sort)

# case_name FOLDER: a name for files about the case.
case_name() {
    local name=${1#tests/cases/}
    printf '%s' "${name//\//.}"
}

# audit_case FOLDER FORMAT: the report of a case, or nothing where it is about a run that yields none.
audit_case() {
    local arguments
    mapfile -t arguments <"$1/args"
    (cd "$1" && "$rotaudit" "${arguments[@]}" --format "$2" 2>/dev/null) || [ $? -le 3 ] || fail "$1"
}
