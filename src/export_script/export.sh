#!/usr/bin/env bash
#[exports]
# Exports, for rotaudit, the accounts and the activity log of each subscription, which show how old the keys of its
# Azure OpenAI and Azure AI Foundry accounts are. It changes nothing, and needs the Reader role on the subscriptions.
#[/exports]
#[stamps]
# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log.
#[/stamps]
#
#   bash export.sh [FOLDER]     (a new folder; the default is rotaudit-export)
set -uo pipefail

#[exports]
# What to read: these subscriptions, or if none is named every enabled one; and so many days of their logs.
subscriptions=(@SUBSCRIPTIONS@)
days=@DAYS@
max_events=100000
#[/exports]
#[named]
# What to read: the keys' months of these accounts.
accounts=(@ACCOUNTS@)
#[/named]

folder=${1:-rotaudit-export}
failures=0

# The exports name people and machines: only the owner may read them.
umask 077
# A log of az on disk would contain the service's answers.
export AZURE_LOGGING_ENABLE_LOG_FILE=no
# Characters that az could not encode would be left out of its output.
export PYTHONUTF8=1

say() {
    printf '%s\n' "$1" >&2
}

fail() {
    say "$1"
    failures=$((failures + 1))
}

stop() {
    say "$1"
    exit 2
}

# write FILE COMMAND...: what the command prints, under the file's name only when it is complete.
write() {
    local file=$folder/$1
    shift
    "$@" >"$file.part" || exit 2
    mv -- "$file.part" "$file" || exit 2
}

# join HEAD TAIL ITEM...: the items, one per line, between the two.
join() {
    local separator=$'\n  ' tail=$2 item
    printf '%s' "$1"
    shift 2
    for item in "$@"; do
        printf '%s%s' "$separator" "$item"
        separator=$',\n  '
    done
    printf '%s\n' "$tail"
}

now() {
    date -u +%Y-%m-%dT%H:%M:%SZ
}

# json TEXT: the text with escapes, as between the quotes of a JSON string.
json() {
    printf '%s' "$1" | LC_ALL=C tr -d '\000-\037\177' | LC_ALL=C sed 's/\\/\\\\/g; s/"/\\"/g'
}

#[exports]
# The start of the log. The service refuses one that is over 90 days back, so ten minutes are left for it to answer.
log_start() {
    local minutes=$((days * 24 * 60 - 10)) format=+%Y-%m-%dT%H:%M:%SZ
    # GNU's date, or BSD's.
    date -u -d "$minutes minutes ago" "$format" 2>/dev/null || date -u -v "-${minutes}M" "$format"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# The manifest's lines, and the number of files with a subscription's accounts or log.
exports=()
saved=0

# The exports of each subscription, in the order of the manifest.
kinds=(accounts activity-log)

# record BEGINNING REASON FILE: adds a line to the manifest; without a reason, the export is complete.
record() {
    local line=$1
    if [ -z "$2" ]; then
        line="$line, \"complete\": true"
    else
        line="$line, \"complete\": false, \"reason\": \"$(json "$2")\""
    fi
    if [ -f "$folder/$3" ]; then
        line="$line, \"file\": \"$3\", \"sha256\": \"$(sha256 "$folder/$3")\""
    fi
    exports+=("{$line}")
}

# save FILE COMMAND...: what the command prints, under the file's name only if the command succeeded. Otherwise, sets the
# reason why there is no file.
save() {
    local file=$folder/$1 status=0
    shift
    "$@" >"$file.part" </dev/null || status=$?
    if [ "$status" -eq 0 ] && [ -s "$file.part" ]; then
        reason=''
        mv -- "$file.part" "$file" || exit 2
        return
    fi
    reason="az ended with status $status"
    [ "$status" -ne 0 ] || reason='az printed nothing'
    rm -f -- "$file.part"
    return 1
}

# plan KIND SUBSCRIPTION: sets the command of an export, its file, and the beginning of its line in the manifest.
plan() {
    local window='' start end
    if [ "$1" = accounts ]; then
        file=accounts-$2.json
        command=(az cognitiveservices account list --subscription "$2" --output json)
    else
        # The log gets both its times: with only a start, az looks six hours ahead.
        start=$(log_start)
        end=$(now)
        window=", \"start\": \"$start\", \"end\": \"$end\", \"max_events\": $max_events"
        file=activity-$2.json
        command=(az monitor activity-log list --subscription "$2" --start-time "$start" --end-time "$end"
            --max-events "$max_events" --output json)
    fi
    line="\"what\": \"$1\", \"scope\": \"/subscriptions/$2\", \"command\": \"${command[*]}\", \"taken_at\": \"$(now)\"$window"
}

# collect KIND SUBSCRIPTION: one export of a subscription, and its line of the manifest.
collect() {
    local file command line reason events
    plan "$1" "$2"
    if save "$file" "${command[@]}"; then
        saved=$((saved + 1))
        if [ "$1" = activity-log ]; then
            # az begins each event with a brace of its own, two spaces in.
            events=$(LC_ALL=C grep -c '^  {' <"$folder/$file")
            [ "$events" -lt "$max_events" ] ||
                reason="it holds $events events, as many as az was asked for, so older ones may be missing"
        fi
    fi
    record "$line" "$reason" "$file"
    [ -z "$reason" ] || fail "/subscriptions/$2: $1: $reason"
}

# name_of SUBSCRIPTION: its name, as az writes it in JSON, without characters that control a terminal or, like `##`,
# begin a command of a CI system; or its id.
name_of() {
    local name=''
    [ ! -f "$folder/subscriptions.json" ] ||
        name=$(LC_ALL=C awk -v id="$1" '
            /^    "id": "/ { found = index(tolower($0), "\"" tolower(id) "\"") }
            found && sub(/^    "name": "/, "") {
                sub(/",?\r?$/, "")
                gsub(/\302[\200-\237]|\342\200[\213-\217\252-\256]|\342\201[\240-\257]/, "")
                gsub(/##+/, "#")
                print
                exit
            }' "$folder/subscriptions.json")
    printf '%s' "${name:-$1}"
}

#[/exports]
#[stamps]
# The rows of the stamp sheet.
rows=()
#[exports]
# The number of failures to read one.
unread=0
#[/exports]

# stamp SUBSCRIPTION GROUP NAME KEY: the eight characters that show the key's month; nothing for a key of the older form,
# which carries no month; `?` if az printed anything else. A key goes from az to awk through a pipe and nowhere else, and
# awk lets out only a stamp.
stamp() {
    az cognitiveservices account keys list --subscription "$1" --resource-group "$2" --name "$3" \
        --query "$4" --output tsv 2>/dev/null </dev/null |
        LC_ALL=C awk '
            { sub(/\r$/, ""); is_older = 0; stamp = "?" }
            length($0) == 32 && !/[^0-9A-Fa-f]/ { is_older = 1 }
            length($0) == 84 && substr($0, 53, 8) ~ /^JQQJ9[9DH][A-Za-z0-9][A-L]$/ { stamp = substr($0, 53, 8) }
            END { if (NR != 1) print "?"; else if (!is_older) print stamp }'
}

# row ID: adds an account's row to the stamp sheet.
row() {
    local id=$1 subscription group name taken_at key key1='' key2='' reason='' is_read=yes
    IFS=/ read -r _ _ subscription _ group _ _ _ name <<<"$id"
    taken_at=$(now)
    if key1=$(stamp "$subscription" "$group" "$name" key1) &&
        key2=$(stamp "$subscription" "$group" "$name" key2); then
        for key in key1 key2; do
            case ${!key} in
                '') reason="${reason:+$reason, }$key carries no month" ;;
                '?') reason="${reason:+$reason, }az printed no $key of a known form" is_read='' ;;
            esac
        done
        key1=${key1#'?'} key2=${key2#'?'}
        [ -n "$is_read" ] || fail "$id: $reason"
    else
        key1='' key2='' reason='az could not list the keys'
        fail "$id: $reason; see why with: az cognitiveservices account keys list … --output none"
    fi
    add_row "$id" "$taken_at" "$key1" "$key2" "$reason"
}

# add_row ID TAKEN_AT KEY1 KEY2 REASON
add_row() {
    rows+=("{\"id\": \"$(json "$1")\", \"taken_at\": \"$2\", \"key1\": \"$3\", \"key2\": \"$4\"${5:+, \"reason\": \"$5\"}}")
}

#[exports]
# collect_stamps SUBSCRIPTION: adds the rows of its accounts.
collect_stamps() {
    local earlier=$failures ids id
    if [ -f "$folder/accounts-$1.json" ] && ids=$(az cognitiveservices account list --subscription "$1" \
        --query "[?kind=='OpenAI' || kind=='AIServices'].id" --output tsv </dev/null | tr -d '\r'); then
        while IFS= read -r id; do
            [ -z "$id" ] || row "$id"
        done <<<"$ids"
    else
        fail "/subscriptions/$1: key-stamps: az could not list its accounts"
    fi
    unread=$((unread + failures - earlier))
}

#[/exports]
#[/stamps]
# finish REASON: writes the files that come last. If there is a reason, they give it for everything that was not read.
finish() {
    local reason=$1 index
    trap '' INT TERM HUP
    rm -f -- "$folder"/*.part
#[stamps]
#[named]
    for ((index = ${#rows[@]}; index < ${#accounts[@]}; index++)); do
        add_row "${accounts[index]}" "$(now)" '' '' "$reason"
    done
#[/named]
    write key-stamps.json join '{"schema": "rotaudit.key-stamps/1", "accounts": [' $'\n]}' ${rows[@]+"${rows[@]}"}
#[/stamps]
#[exports]
    # The lines of the manifest are in the order of the subscriptions and their exports.
    local file command line
    for ((index = ${#exports[@]}; index < ${#subscriptions[@]} * ${#kinds[@]}; index++)); do
        plan "${kinds[index % ${#kinds[@]}]}" "${subscriptions[index / ${#kinds[@]}]}"
        record "$line" "$reason" "$file"
    done
#[/exports]
#[stamps]
#[exports]
    [ -n "$reason" ] || [ "$unread" -eq 0 ] || reason="failed readings of keys: $unread"
    record "\"what\": \"key-stamps\", \"taken_at\": \"$started_at\"" "$reason" key-stamps.json
#[/exports]
#[/stamps]
#[exports]
    write rotaudit-manifest.json join \
        "{\"schema\": \"rotaudit.manifest/1\", \"collected_at\": \"$(now)\", \"collected_by\": \"$(json "$collected_by")\",
 \"collected_with\": \"rotaudit export-script @VERSION@\", \"exports\": [" $'\n ]}' "${exports[@]}"
#[/exports]
    say "written: $folder"
}

# az ends by itself when it is interrupted, and the script must not go on then.
interrupt() {
    finish 'the script was interrupted'
    say 'the script was interrupted; the rest was not read'
    exit "$1"
}

usage='usage: bash export.sh [FOLDER]     (a new folder; the default is rotaudit-export)'
for argument in "$@"; do
    case $argument in
        -h | --help)
            echo "$usage"
            exit 0
            ;;
        -*) stop "$usage" ;;
    esac
done
[ $# -le 1 ] || stop "$usage"
! [ -e "$folder" ] || stop "$folder: name a folder that does not exist yet"
command -v az >/dev/null || stop 'az was not found; install the Azure CLI'
not_signed_in='az is not signed in; sign in with: az login'
#[exports]
command -v sha256sum >/dev/null || command -v shasum >/dev/null || stop 'there is neither sha256sum nor shasum'
[ -n "$(log_start)" ] || stop 'date takes neither -d, as GNU has it, nor -v, as BSD has it'
collected_by=$(az account show --query user.name --output tsv 2>/dev/null </dev/null | tr -d '\r') || stop "$not_signed_in"
if [ "${#subscriptions[@]}" -eq 0 ]; then
    enabled=$(az account list --query "[?state=='Enabled'].id" --output tsv </dev/null | tr -d '\r') ||
        stop 'az could not list the subscriptions; sign in with: az login'
    while IFS= read -r subscription; do
        # It becomes part of file names.
        case $subscription in
            '') ;;
            *[!0-9A-Fa-f-]*) stop 'az printed something other than subscription ids; run: az account list --output table' ;;
            *) subscriptions+=("$subscription") ;;
        esac
    done <<<"$enabled"
    [ "${#subscriptions[@]}" -gt 0 ] || stop 'az lists no enabled subscription; sign in with: az login'
fi
#[/exports]
#[named]
az account show --output none >/dev/null 2>&1 </dev/null || stop "$not_signed_in"
#[/named]

mkdir -- "$folder" || exit 2
trap 'interrupt 130' INT
trap 'interrupt 143' TERM
trap 'interrupt 129' HUP
#[exports]
# The names of the subscriptions, for reports; an audit does not need them.
save subscriptions.json az account list --output json
#[stamps]
started_at=$(now)
#[/stamps]
number=0
for subscription in "${subscriptions[@]}"; do
    number=$((number + 1))
    progress="$number of ${#subscriptions[@]}: $(name_of "$subscription"): accounts, activity log"
#[stamps]
    progress="$progress, key stamps"
#[/stamps]
    say "$progress"
    for kind in "${kinds[@]}"; do collect "$kind" "$subscription"; done
#[stamps]
    collect_stamps "$subscription"
#[/stamps]
done
#[/exports]
#[named]
number=0
for id in "${accounts[@]}"; do
    number=$((number + 1))
    say "$number of ${#accounts[@]}: ${id##*/}: key stamps"
    row "$id"
done
#[/named]
finish ''
#[exports]
[ "$saved" -gt 0 ] || stop 'nothing could be read; the messages above say why'
#[/exports]
if [ "$failures" -gt 0 ]; then
    are='exports are'
    [ "$failures" -ne 1 ] || are='export is'
    say "$failures $are not complete; all others are"
    exit 1
fi
