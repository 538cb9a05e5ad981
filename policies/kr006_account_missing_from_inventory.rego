# METADATA
# scope: package
# title: Every account that the evidence shows must be in the newest account list
# description: >-
#   An audit says nothing about an account that no list contains. The audited accounts may be incomplete if the activity
#   log shows the creation of such an account or operations on its keys, or if a newer list lacks an account that an
#   older one contains: a list may have been cut, may lack a subscription or a resource group, or may be older than the
#   account. Accounts that are known to be deleted or moved are not reported, unless the log shows that they were used
#   or written later.
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
#   passes: no account that the evidence shows is missing from the newest account lists
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - az cognitiveservices account list --subscription SUBSCRIPTION --output json
#     - az cognitiveservices account list-deleted --subscription SUBSCRIPTION --output json
#   remediation: List all accounts and all deleted accounts of the subscription, and audit again with both lists.
package rotaudit.account_missing_from_inventory

import data.rotaudit.lib.evidence
import data.rotaudit.lib.remediation

violation contains {
	"subject": lower(account.id),
	"message": message,
	"evidence": references(account),
	"steps": steps(account),
} if {
	some account in input.unlisted_accounts
	caveat := "The audited accounts may be incomplete, unless this one was deleted or moved."
	message := concat(" ", [sentences(account), caveat])
}

sentences(account) := sprintf("No account list contains %s, but the log shows %s. %s", [
	named(account),
	logged[account.reason],
	counted(account),
]) if {
	logged[account.reason]
	not account.newer_list_at
}

sentences(account) := sprintf("An older account list contains %s, but the newest list of its subscription, from %s, does not. The evidence shows its deletion or move, but the log shows %s after that. %s", [
	named(account),
	account.newer_list_at,
	logged[account.reason],
	counted(account),
]) if {
	logged[account.reason]
	account.newer_list_at
}

sentences(account) := sprintf("An older account list contains %s, but the newest list of its subscription does not, and the log does not show its deletion. The older list is %s, and the newest list is from %s.", [
	named(account),
	input.inputs[account.input].path,
	account.newer_list_at,
]) if {
	account.reason == "missing_from_newer_list"
}

logged := {"key_operations": "operations on its keys", "written": "its creation or an update"}

named(account) := sprintf("the account %s (group %s, subscription %s)", [
	account.name,
	account.resource_group,
	account.subscription_id,
])

counted(account) := sprintf("The log has %d such records, the last on %s.", [count(account.records), last.at]) if {
	count(account.records) > 1
	last := account.records[count(account.records) - 1]
}

counted(account) := sprintf("The log has one such record, on %s.", [account.records[0].at]) if {
	count(account.records) == 1
}

references(account) := array.concat(listed, of_log) if {
	listed := [reference |
		reference := {"input": account.input, "line": account.line, "text": sprintf("%s, in the older list", [account.name])}
	]
	of_log := [reference |
		some record in evidence.newest(account.records, 20)
		text := sprintf("%s: %s %s, %s", [
			record.at,
			operation[account.reason],
			account.name,
			replace(record.status, "_", " "),
		])
		reference := {"input": record.input, "line": record.line, "text": text}
	]
}

operation := {"key_operations": "operation on the keys of", "written": "creation or update of"}

steps(account) := [
	{
		"text": "List all accounts of the subscription, and audit again with the list.",
		"argv": list("list", account),
	},
	{
		"text": "If the account is not in it, list the deleted accounts, and also audit with that list.",
		"argv": list("list-deleted", account),
	},
]

list(command, account) := array.concat(
	["az", "cognitiveservices", "account", command],
	array.concat(remediation.option("--subscription", account.subscription_id), ["--output", "json"]),
)
