# METADATA
# scope: package
# title: Every account that the evidence shows must be in the newest account list
# description: >-
#   An audit says nothing of an account that no list has. If the activity log shows operations on the keys of such an
#   account, or its creation, or if a newer list lacks an account that an older one has, then the audited accounts may be
#   incomplete: a list was cut short, left a subscription or a resource group out, or was exported before the account was
#   created. An account whose deletion is known is left out.
# related_resources:
#   - ref: https://learn.microsoft.com/cli/azure/cognitiveservices/account#az-cognitiveservices-account-list
#     description: Listing the accounts of a subscription
#   - ref: https://learn.microsoft.com/azure/ai-services/recover-purge-resources
#     description: Deleted accounts, and how long they are listed
# custom:
#   id: KR006
#   name: AccountMissingFromInventory
#   level: warning
#   about: evidence
#   remediation: List every account of the subscription, and those that were deleted, and audit again with these lists.
package rotaudit.account_missing_from_inventory

import data.rotaudit.lib.evidence
import data.rotaudit.lib.remediation

violation contains {"subject": lower(account.id), "message": message, "evidence": references(account), "steps": steps(account)} if {
	some account in input.unlisted_accounts
	message := sprintf("%s So the audited accounts may be incomplete, unless this one was deleted or moved.", [sentences(account)])
}

sentences(account) := sprintf("No account list has %s, but the log shows operations on its keys. %s", [named(account), counted(account)]) if {
	account.reason == "key_operations"
}

sentences(account) := sprintf("No account list has %s, but the log shows its creation or an update. %s", [named(account), counted(account)]) if {
	account.reason == "written"
}

sentences(account) := sprintf("An older account list has %s, the newest list of its subscription does not, and the log does not show its deletion. The older list is %s, and the newest is of %s.", [
	named(account),
	input.inputs[account.input].path,
	account.newer_list_at,
]) if {
	account.reason == "missing_from_newer_list"
}

named(account) := sprintf("the account %s (group %s, subscription %s)", [account.name, account.resource_group, account.subscription_id])

counted(account) := sprintf("It has %d such records, the last of %s.", [count(account.records), last.at]) if {
	last := account.records[count(account.records) - 1]
}

references(account) := array.concat(listed, logged) if {
	listed := [reference |
		reference := {"input": account.input, "line": account.line, "text": sprintf("%s, as the older list has it", [account.name])}
	]
	logged := [reference |
		some record in evidence.newest(account.records, 20)
		text := sprintf("%s: %s %s, %s", [record.at, operation[account.reason], account.name, replace(record.status, "_", " ")])
		reference := {"input": record.input, "line": record.line, "text": text}
	]
}

operation := {"key_operations": "operation on the keys of", "written": "creation or update of"}

steps(account) := [
	{
		"text": "List every account of the subscription, and audit again with the list.",
		"argv": list("list", account),
	},
	{
		"text": "If the account is not there, list the deleted accounts, and audit with that list, too.",
		"argv": list("list-deleted", account),
	},
]

list(command, account) := array.concat(
	["az", "cognitiveservices", "account", command],
	array.concat(remediation.option("--subscription", account.subscription_id), ["--output", "json"]),
)
