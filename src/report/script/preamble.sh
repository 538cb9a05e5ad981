# It only prints these steps, unless it is run with --act; then it runs their commands. With --act, it asks you to
# confirm each manual step before it continues. It also asks before a command of a control that is not built in, and
# before the first command of an account that may change something. It can be stopped at any step, and run again to
# continue there: the finished steps are recorded in a file, which --state names. [hand] marks a step for you, [run] a
# command that the script runs, and [see] one that it only shows. In parentheses after a step are the controls that ask
# for it.

# Another shell would not find the finished steps.
[ -n "${BASH_VERSION:-}" ] || {
    echo "run this script with bash: bash $0" >&2
    exit 2
}
set -u

usage() {
    echo "usage: bash $0 [--act] [--state FILE]"
}

act=no
state=$0.done
while [ $# -gt 0 ]; do
    case $1 in
    --act) act=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    --state)
        [ $# -gt 1 ] || {
            echo "--state needs a file" >&2
            exit 2
        }
        state=$2
        shift
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
case $state in
-*) state=./$state ;;
esac
left=0

cannot_record() {
    echo "$state: the finished steps cannot be recorded in it" >&2
    exit 2
}

# A byte-order mark and carriage returns do not count: the file may come from Windows. If the state file cannot be read,
# no step is run: it may be one that is done.
is_done() {
    [ -f "$state" ] || return 1
    steps=$(LC_ALL=C sed $'1s/^\xef\xbb\xbf//; s/\r$//' "$state") || cannot_record
    printf '%s\n' "$steps" | LC_ALL=C grep -qxF -e "$1"
    case $? in
    0) return 0 ;;
    1) return 1 ;;
    *) cannot_record ;;
    esac
}

if [ -e "$state" ]; then
    { [ -f "$state" ] && [ -r "$state" ]; } || cannot_record
fi
if [ "$act" = yes ]; then
    { true >>"$state"; } 2>/dev/null || cannot_record
    [ -z "$(tail -c 1 "$state")" ] || echo >>"$state"
fi

record() {
    printf '%s\n' "$1" >>"$state" || {
        echo "$state: the finished step cannot be recorded in it" >&2
        exit 1
    }
}

# Reads an answer. Without one, it is empty.
ask() {
    printf '         %s: ' "$1"
    answer=
    read -r answer
}

leave() {
    printf '\n         Left as it is. Run this script again to continue from here.\n'
    left=1
}

# A step to be done by hand: the line that records it, and what it is. Fails if it is not done.
by_hand() {
    if is_done "$1"; then
        printf '  [done] %s\n' "$2"
        return 0
    fi
    printf '  [hand] %s\n' "$2"
    [ "$act" = yes ] || return 0
    ask 'Is it done? Enter yes to continue, or anything else to leave this account as it is'
    if [ "$answer" != yes ]; then
        leave
        return 1
    fi
    record "$1"
}

# A step with a command: the line that records it, what it is, how the command is shown, and the command. Fails if the
# account is left. With --ask before these, it asks before it runs the command. The start is recorded, too: a command
# that was interrupted may have regenerated a key, which is in use since.
by_command() {
    asks=no
    if [ "$1" = --ask ]; then
        asks=yes
        shift
    fi
    step=$1
    if is_done "$step"; then
        printf '  [done] %s\n' "$2"
        return 0
    fi
    printf '  [run]  %s\n         %s\n' "$2" "$3"
    is_begun=no
    if is_done "begun: $step"; then
        is_begun=yes
        printf '         This command was started before and did not succeed. Check in the activity log whether it took effect.\n'
    fi
    [ "$act" = yes ] || return 0
    if [ "$is_begun" = yes ]; then
        ask 'Enter done if it took effect, again to run it again, or anything else to leave this account'
        case $answer in
        done)
            record "$step"
            return 0
            ;;
        again) ;;
        *)
            leave
            return 1
            ;;
        esac
    else
        if [ "$asks" = yes ]; then
            ask 'Run it? Enter yes to run it, or anything else to leave this account as it is'
            if [ "$answer" != yes ]; then
                leave
                return 1
            fi
        fi
        record "begun: $step"
    fi
    shift 3
    if "$@" </dev/null; then
        record "$step"
    else
        echo "It failed, and nothing further was done. Run this script again to continue from here." >&2
        exit 1
    fi
}

# What is only shown: an alternative, or a command that fetches evidence.
shown() {
    printf '  [see]  %s\n' "$1"
    [ -z "$2" ] || printf '         %s\n' "$2"
}
