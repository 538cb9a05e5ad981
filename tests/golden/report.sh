#!/usr/bin/env bash
# shellcheck disable=SC2317,SC2329  # not every script needs all of its functions
# The steps that fix what rotaudit 0.1.0 found as of 2026-11-22T07:46:40Z.
#
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

account_1() {
    printf '\n%s\n' 'Account contoso-openai-batch (group rg-ai-prod, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-batch 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-batch az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-batch --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-batch --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-batch --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai-prod/providers/Microsoft.CognitiveServices/accounts/contoso-openai-batch --set properties.disableLocalAuth=true --output none'
}
account_1

account_4() {
    printf '\n%s\n' 'Account contoso-openai-prod (group rg-ai-prod, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod 1 Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key1 --output none' 'Regenerate key1, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key1 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key1 --output none || return 0
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod 3 Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai-prod/providers/Microsoft.CognitiveServices/accounts/contoso-openai-prod --set properties.disableLocalAuth=true --output none'
}
account_4

account_6() {
    printf '\n%s\n' 'Account contoso-foundry-agents (group rg-ai.(weu), subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account '\''/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-agents'\'''
    shown 'Export the complete log around the regeneration on 2026-11-10T10:02:21.8968053Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-11-10T09:02:21Z --end-time 2026-11-10T11:02:21Z --max-events 100000 --output json'
}
account_6

account_7() {
    printf '\n%s\n' 'Account contoso-foundry-eu (group rg-ai.(weu), subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account '\''/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-eu'\'''
    shown 'Export the complete log around the regeneration on 2026-09-29T09:14:22.3885918Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-09-29T08:14:22Z --end-time 2026-09-29T10:14:22Z --max-events 100000 --output json'
    shown 'Export the complete log around the regeneration on 2026-10-29T09:16:05.7452617Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-29T08:16:05Z --end-time 2026-10-29T10:16:05Z --max-events 100000 --output json'
}
account_7

account_10() {
    printf '\n%s\n' 'Account contoso-foundry-finance (group rg-finance, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-finance/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-finance'
    shown 'Export the complete log around the regeneration on 2026-10-21T15:44:12.4090123Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-21T14:44:12Z --end-time 2026-10-21T16:44:12Z --max-events 100000 --output json'
}
account_10

account_12() {
    printf '\n%s\n' 'Account contoso-openai-legal (group rg-legal, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-07T14:02:03Z --end-time 2026-10-07T16:02:03Z --max-events 100000 --output json' 'Find out why the request failed (a missing right, a lock, an error of the service): the log around it shows the reason. (KR003)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-07T14:02:03Z --end-time 2026-10-07T16:02:03Z --max-events 100000 --output json' az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-07T14:02:03Z --end-time 2026-10-07T16:02:03Z --max-events 100000 --output json || return 0
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal 2 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR003)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-legal --name contoso-openai-legal --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR003)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-legal --name contoso-openai-legal --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-legal --name contoso-openai-legal --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR003)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-legal/providers/Microsoft.CognitiveServices/accounts/contoso-openai-legal --set properties.disableLocalAuth=true --output none'
}
account_12

account_13() {
    printf '\n%s\n' 'Account contoso-openai-migrated (group rg-migration, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-migration/providers/Microsoft.CognitiveServices/accounts/contoso-openai-migrated'
    shown 'If the stamps do not prove the age of both keys, regenerate both, and move applications to the other key before each: no log shows when the keys of a migrated account were set before the migration. (KR001)' ''
}
account_13

account_14() {
    printf '\n%s\n' 'Account contoso-openai-search (group rg-search, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search 1 Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key1 --output none' 'Regenerate key1, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key1 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key1 --output none || return 0
    by_hand '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search 3 Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-search/providers/Microsoft.CognitiveServices/accounts/contoso-openai-search --set properties.disableLocalAuth=true --output none'
}
account_14

account_16() {
    printf '\n%s\n' 'Account contoso-research-eval (group rg-research, subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab)'
    by_hand '2026-11-22T07:46:40Z /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourcegroups/rg-research/providers/microsoft.cognitiveservices/accounts/contoso-research-eval 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR002)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourcegroups/rg-research/providers/microsoft.cognitiveservices/accounts/contoso-research-eval az cognitiveservices account keys regenerate --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --resource-group rg-research --name contoso-research-eval --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR002)' 'az cognitiveservices account keys regenerate --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --resource-group rg-research --name contoso-research-eval --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --resource-group rg-research --name contoso-research-eval --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR002)' 'az resource update --ids /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourceGroups/rg-research/providers/Microsoft.CognitiveServices/accounts/contoso-research-eval --set properties.disableLocalAuth=true --output none'
}
account_16

account_17() {
    printf '\n%s\n' 'Account contoso-research-search (group rg-research, subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourceGroups/rg-research/providers/Microsoft.CognitiveServices/accounts/contoso-research-search'
    shown 'Export the activity log from 2026-08-24T08:46:40Z to 2026-09-01T01:00:00Z, and audit again with the file. If the export ends without an error, also state that it is complete (--coverage 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab=2026-08-24T08:46:40Z..2026-09-01T01:00:00Z). (KR001)' 'az monitor activity-log list --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --start-time 2026-08-24T08:46:40Z --end-time 2026-09-01T01:00:00Z --max-events 100000 --output json'
    shown 'Hint: according to its etag, the account was last changed on 2026-03-05T10:10:12Z, so its keys are probably at least as old. Azure does not document this; --etag-evidence lets it count. (KR001)' ''
}
account_17

account_19() {
    printf '\n%s\n' 'Account contoso-openai-dev (group rg-ai-dev, subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc)'
    shown 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourceGroups/rg-ai-dev/providers/Microsoft.CognitiveServices/accounts/contoso-openai-dev'
    shown 'Export the activity log from 2026-08-24T08:46:40Z to 2026-10-05T08:50:10.0197029Z, and audit again with the file. If the export ends without an error, also state that it is complete (--coverage b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc=2026-08-24T08:46:40Z..2026-10-05T08:50:10.0197029Z). (KR001)' 'az monitor activity-log list --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --start-time 2026-08-24T08:46:40Z --end-time 2026-10-05T08:50:10.0197029Z --max-events 100000 --output json'
    shown 'Hint: according to its etag, the account was last changed on 2026-03-05T10:10:12Z, so its keys are probably at least as old. Azure does not document this; --etag-evidence lets it count. (KR001)' ''
}
account_19

account_20() {
    printf '\n%s\n' 'Account contoso-openai-lab (group rg-lab_1, subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc)'
    by_hand '2026-11-22T07:46:40Z /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourcegroups/rg-lab_1/providers/microsoft.cognitiveservices/accounts/contoso-openai-lab 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR002)' || return 0
    by_command '2026-11-22T07:46:40Z /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourcegroups/rg-lab_1/providers/microsoft.cognitiveservices/accounts/contoso-openai-lab az cognitiveservices account keys regenerate --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --resource-group rg-lab_1 --name contoso-openai-lab --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR002)' 'az cognitiveservices account keys regenerate --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --resource-group rg-lab_1 --name contoso-openai-lab --key-name key2 --output none' az cognitiveservices account keys regenerate --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --resource-group rg-lab_1 --name contoso-openai-lab --key-name key2 --output none || return 0
    shown 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR002)' 'az resource update --ids /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourceGroups/rg-lab_1/providers/Microsoft.CognitiveServices/accounts/contoso-openai-lab --set properties.disableLocalAuth=true --output none'
}
account_20

if [ "$act" = no ]; then
    printf '\nNothing was done. Run this with --act to do these steps.\n'
fi
exit "$left"
