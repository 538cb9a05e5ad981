# Functions and variables of the steps. Each step sources this file, runs in the project's root and has its own folder, $work.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the steps use its variables
set -euo pipefail
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shared=$root/../shared
cd "$root"

# PowerShell runs some of the tests.
command -v pwsh >/dev/null || PATH=$PATH:$shared/tools

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The audit instant of the cases and of generated exports. The fixtures need none: the default is the end of the evidence.
as_of=2026-11-23

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# has_shared CHECK: whether the shared samples are there. Without them, the step fails, unless ROTAUDIT_TEST_WITHOUT_SHARED
# permits that CHECK is left out.
has_shared() {
    [ ! -d "$shared" ] || return 0
    [ -n "${ROTAUDIT_TEST_WITHOUT_SHARED:-}" ] || fail "$shared is missing"
    printf 'left out, because %s is missing: %s\n' "$shared" "$1"
    return 1
}

# need COMMAND PACKAGE: installs the Debian package if the command is missing.
need() {
    command -v "$1" >/dev/null && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

# virtual_environment FOLDER PACKAGE…: makes a Python virtual environment with the packages.
virtual_environment() {
    need python3 python3
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    python3 -m venv "$1"
    # Compiling the packages would take longer than running the few modules that are used.
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-compile "${@:2}"
}

# need_cargo COMMAND VERSION: the same for a crate. It has little work, so a build without optimization saves time.
need_cargo() {
    command -v "$1" >/dev/null || cargo install --quiet --locked --debug "$1" --version "$2"
}

# The target of this machine, named explicitly: flags then apply to the program, and not to build scripts and macros.
target=$(rustc -vV | sed -n 's/^host: //p')

# The time of all files in a release: the last change of Cargo.toml, which contains the version.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct -- Cargo.toml)}

# releasing FOLDER COMMAND…: runs the command in the folder, with the flags for a static and reproducible build.
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

# Builds the program as it is released, so every step checks the same build. --locked fails if Cargo.lock is out of date.
build() {
    releasing "$root" cargo build --profile dist --locked --quiet --target "$target"
    rotaudit=${CARGO_TARGET_DIR:-$root/target}/$target/dist/rotaudit
}

# audit OPTION_OR_PATH…: runs an audit. Findings are not a failure here; an audit that could not run is.
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

# audit_case FOLDER FORMAT: prints the report of a case; nothing if the case ends without a report.
audit_case() {
    local arguments
    mapfile -t arguments <"$1/args"
    (cd "$1" && "$rotaudit" "${arguments[@]}" --format "$2" 2>/dev/null) || [ $? -le 3 ] || fail "$1"
}
