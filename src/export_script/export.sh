#!/usr/bin/env bash
# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
#
#   bash export.sh [FOLDER]     (a new folder; rotaudit-export unless named)
#
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log. What it writes holds no key: audit it anywhere.
set -uo pipefail

# What to read: these accounts, or where none is named all of these subscriptions, or of every enabled one.
subscriptions=(@SUBSCRIPTIONS@)
accounts=(@ACCOUNTS@)

folder=${1:-rotaudit-export}
failures=0

# A log of az on disk would hold the service's answers.
export AZURE_LOGGING_ENABLE_LOG_FILE=no

tell() {
    printf '%s\n' "$1" >&2
}

fail() {
    tell "$1"
    failures=$((failures + 1))
}

# The enabled subscriptions, or those that were asked for.
list_subscriptions() {
    if [ "${#subscriptions[@]}" -gt 0 ]; then
        printf '%s\n' "${subscriptions[@]}"
    else
        az account list --query "[?state=='Enabled'].id" --output tsv | tr -d '\r'
    fi
}

# The ids of a subscription's accounts.
list_accounts() {
    az cognitiveservices account list --subscription "$1" \
        --query "[?kind=='OpenAI' || kind=='AIServices'].id" --output tsv | tr -d '\r'
}

# stamp SUBSCRIPTION GROUP NAME KEY: the eight characters that tell the key's month, or nothing if it carries none.
# A key goes from az to awk through a pipe and nowhere else, and awk lets out nothing that is not a stamp.
stamp() {
    az cognitiveservices account keys list --subscription "$1" --resource-group "$2" --name "$3" \
        --query "$4" --output tsv 2>/dev/null </dev/null |
        LC_ALL=C awk '{ sub(/\r$/, "") }
            length($0) == 84 && substr($0, 53, 8) ~ /^JQQJ9[9DH][A-Za-z0-9][A-L]$/ { print substr($0, 53, 8) }'
}

json() {
    printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'
}

# One account's row of the stamp sheet.
row() {
    local id=$1 subscription group name taken_at key1='' key2='' reason=''
    IFS=/ read -r _ _ subscription _ group _ _ _ name <<<"$id"
    taken_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
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

stamp_sheet() {
    local subscription separator=$'\n  ' ids enabled
    printf '{"schema": "rotaudit.key-stamps/1", "accounts": ['
    if [ "${#accounts[@]}" -gt 0 ]; then
        rows < <(printf '%s\n' "${accounts[@]}")
    else
        enabled=$(list_subscriptions </dev/null) || fail 'az could not list the subscriptions'
        while IFS= read -r subscription; do
            [ -n "$subscription" ] || continue
            if ids=$(list_accounts "$subscription" </dev/null); then
                rows < <(printf '%s\n' "$ids")
            else
                fail "subscription $subscription: az could not list its accounts"
            fi
        done < <(printf '%s\n' "$enabled")
    fi
    printf '\n]}\n'
}

if ! mkdir "$folder"; then
    tell "$folder: name a folder that does not exist yet"
    exit 2
fi
stamp_sheet >"$folder/key-stamps.json" || exit 2
tell "written: $folder/key-stamps.json"
if [ "$failures" -gt 0 ]; then
    tell "$failures part(s) could not be read; the rest is complete"
    exit 1
fi
