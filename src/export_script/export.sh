#!/usr/bin/env bash
#[exports]
# Exports, for rotaudit, the accounts and the activity log of each subscription, which tell how old the keys of its
# Azure OpenAI and Azure AI Foundry accounts are. It changes nothing, and needs the Reader role on the subscriptions.
#[/exports]
#[stamps]
# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log.
#[/stamps]
#
#   bash export.sh [FOLDER]     (a new folder; rotaudit-export unless named)
set -uo pipefail

#[exports]
# What to read: these subscriptions, or where none is named every enabled one; and so many days of their logs.
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

# What is exported names people and machines: it is for the eyes of whoever runs this.
umask 077
# A log of az on disk would hold the service's answers.
export AZURE_LOGGING_ENABLE_LOG_FILE=no
# Characters that az could not encode would be left out of its output.
export PYTHONUTF8=1
# az ends by itself when it is interrupted, and the script must not go on then.
trap 'exit 130' INT

tell() {
    printf '%s\n' "$1" >&2
}

fail() {
    tell "$1"
    failures=$((failures + 1))
}

stop() {
    tell "$1"
    exit 2
}

now() {
    date -u +%Y-%m-%dT%H:%M:%SZ
}

# A text as it stands between the quotes of a JSON string.
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

# save FILE COMMAND...: what the command prints, under the file's name only if the command ended well.
save() {
    local file=$folder/$1 status=0
    shift
    "$@" >"$file.part" </dev/null || status=$?
    if [ "$status" -eq 0 ]; then
        mv -- "$file.part" "$file" || exit 2
        saved=$((saved + 1))
    else
        rm -f -- "$file.part"
        return "$status"
    fi
}

# collect WHAT SUBSCRIPTION FILE WINDOW COMMAND...: one export of a subscription, and its line of the manifest.
collect() {
    local what=$1 scope=/subscriptions/$2 file=$3 window=$4 taken_at reason='' events
    shift 4
    taken_at=$(now)
    save "$file" "$@" || reason="az ended with status $?"
    if [ -z "$reason" ] && [ "$what" = activity-log ]; then
        # az begins each event with a brace of its own, two spaces in.
        events=$(LC_ALL=C grep -c '^  {' <"$folder/$file")
        [ "$events" -lt "$max_events" ] ||
            reason="it holds $events events, as many as az was asked for, so older ones may be missing"
    fi
    record "\"what\": \"$what\", \"scope\": \"$scope\", \"command\": \"$(json "$*")\", \"taken_at\": \"$taken_at\"$window" \
        "$reason" "$file"
    [ -z "$reason" ] || fail "$scope: $what: $reason"
}

collect_accounts() {
    collect accounts "$1" "accounts-$1.json" '' az cognitiveservices account list --subscription "$1" --output json
}

# The log gets both its times: with only a start, az looks six hours ahead.
collect_activity_log() {
    local start end
    start=$(log_start)
    end=$(now)
    collect activity-log "$1" "activity-$1.json" \
        ", \"start\": \"$start\", \"end\": \"$end\", \"max_events\": $max_events" \
        az monitor activity-log list --subscription "$1" --start-time "$start" --end-time "$end" \
        --max-events "$max_events" --output json
}

manifest() {
    local separator=$'\n  ' line
    printf '{"schema": "rotaudit.manifest/1", "collected_at": "%s", "collected_by": "%s", "collected_with": "%s",\n' \
        "$(now)" "$(json "$collected_by")" 'rotaudit export-script @VERSION@'
    printf ' "exports": ['
    for line in "${exports[@]}"; do
        printf '%s%s' "$separator" "$line"
        separator=$',\n  '
    done
    printf '\n ]}\n'
}

#[/exports]
#[stamps]
# stamp SUBSCRIPTION GROUP NAME KEY: the eight characters that tell the key's month, or nothing if it carries none.
# A key goes from az to awk through a pipe and nowhere else, and awk lets out nothing that is not a stamp.
stamp() {
    az cognitiveservices account keys list --subscription "$1" --resource-group "$2" --name "$3" \
        --query "$4" --output tsv 2>/dev/null </dev/null |
        LC_ALL=C awk '{ sub(/\r$/, "") }
            length($0) == 84 && substr($0, 53, 8) ~ /^JQQJ9[9DH][A-Za-z0-9][A-L]$/ { print substr($0, 53, 8) }'
}

# One account's row of the stamp sheet.
row() {
    local id=$1 subscription group name taken_at key1='' key2='' reason=''
    IFS=/ read -r _ _ subscription _ group _ _ _ name <<<"$id"
    taken_at=$(now)
    if key1=$(stamp "$subscription" "$group" "$name" key1) &&
        key2=$(stamp "$subscription" "$group" "$name" key2); then
        [ -n "$key1" ] || reason='key1 carries no month'
        [ -n "$key2" ] || reason="${reason:+$reason, }key2 carries no month"
    else
        key1='' key2='' reason='az could not list the keys'
        fail "$id: $reason; see why with: az cognitiveservices account keys list … --output none"
    fi
    printf '%s{"id": "%s", "taken_at": "%s", "key1": "%s", "key2": "%s"' \
        "$2" "$(json "$id")" "$taken_at" "$key1" "$key2"
    [ -z "$reason" ] || printf ', "reason": "%s"' "$reason"
    printf '}'
}

# The rows of one list of accounts, from standard input.
rows() {
    local id
    while IFS= read -r id; do
        [ -n "$id" ] || continue
        row "$id" "$separator"
        separator=$',\n  '
    done
}

#[exports]
# The ids of a subscription's accounts.
list_accounts() {
    az cognitiveservices account list --subscription "$1" \
        --query "[?kind=='OpenAI' || kind=='AIServices'].id" --output tsv </dev/null | tr -d '\r'
}

all_rows() {
    local subscription ids
    for subscription in "${subscriptions[@]}"; do
        if ids=$(list_accounts "$subscription"); then
            rows < <(printf '%s\n' "$ids")
        else
            fail "/subscriptions/$subscription: key-stamps: az could not list its accounts"
        fi
    done
}

#[/exports]
stamp_sheet() {
    local separator=$'\n  '
    printf '{"schema": "rotaudit.key-stamps/1", "accounts": ['
#[exports]
    all_rows
#[/exports]
#[named]
    rows < <(printf '%s\n' "${accounts[@]}")
#[/named]
    printf '\n]}\n'
}

#[/stamps]
command -v az >/dev/null || stop 'there is no az; install the Azure CLI'
#[exports]
command -v sha256sum >/dev/null || command -v shasum >/dev/null || stop 'there is neither sha256sum nor shasum'
[ -n "$(log_start)" ] || stop 'date takes neither -d, as GNU has it, nor -v, as BSD has it'
if [ "${#subscriptions[@]}" -eq 0 ]; then
    enabled=$(az account list --query "[?state=='Enabled'].id" --output tsv </dev/null | tr -d '\r') ||
        stop 'az could not list the subscriptions; sign in with: az login'
    while IFS= read -r subscription; do
        # It becomes part of file names.
        case $subscription in
            '') ;;
            *[!0-9A-Fa-f-]*) stop "az lists what is not the id of a subscription: $subscription" ;;
            *) subscriptions+=("$subscription") ;;
        esac
    done <<<"$enabled"
    [ "${#subscriptions[@]}" -gt 0 ] || stop 'az lists no enabled subscription; sign in with: az login'
fi
collected_by=$(az account show --query user.name --output tsv </dev/null | tr -d '\r')
#[/exports]

mkdir -- "$folder" || stop "$folder: name a folder that does not exist yet"
#[exports]
# The names of the subscriptions, for reports; an audit does not need them.
if az account list --output json >"$folder/subscriptions.json.part" </dev/null; then
    mv -- "$folder/subscriptions.json.part" "$folder/subscriptions.json" || exit 2
else
    rm -f -- "$folder/subscriptions.json.part"
fi
for subscription in "${subscriptions[@]}"; do
    collect_accounts "$subscription"
    collect_activity_log "$subscription"
done
#[/exports]
#[stamps]
#[exports]
taken_at=$(now) earlier_failures=$failures
#[/exports]
stamp_sheet >"$folder/key-stamps.json.part" || exit 2
mv -- "$folder/key-stamps.json.part" "$folder/key-stamps.json" || exit 2
#[exports]
unread=$((failures - earlier_failures))
reason=''
[ "$unread" -eq 0 ] || reason="$unread part(s) could not be read"
record "\"what\": \"key-stamps\", \"taken_at\": \"$taken_at\"" "$reason" key-stamps.json
#[/exports]
#[/stamps]
#[exports]
manifest >"$folder/rotaudit-manifest.json.part" || exit 2
mv -- "$folder/rotaudit-manifest.json.part" "$folder/rotaudit-manifest.json" || exit 2
#[/exports]

tell "written: $folder"
#[exports]
[ "$saved" -gt 0 ] || stop 'nothing could be read; the messages above say why'
#[/exports]
if [ "$failures" -gt 0 ]; then
    tell "$failures part(s) could not be read; the rest is complete"
    exit 1
fi
