# METADATA
# scope: package
# title: Every account whose keys the log shows to be regenerated or read must be in the account list
# description: >-
#   An audit says nothing of an account that no list has. Where the activity log shows that keys of such an account were
#   regenerated or read, the population that is audited may not be complete: a list was cut short, left a subscription or a
#   resource group out, or was exported before the account was made or after it was deleted.
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

violation contains {"subject": lower(account.id), "message": message, "evidence": references, "steps": steps(account)} if {
	some account in input.unlisted_accounts
	last := account.records[count(account.records) - 1]
	message := sprintf(
		"No account list has the account %s (group %s, subscription %s), but the log has %d records of key operations on it, the last of %s. So the accounts that were audited may not be all there are; or it was deleted since, or moved.",
		[account.name, account.resource_group, account.subscription_id, count(account.records), last.at],
	)
	references := [reference |
		some record in evidence.newest(account.records, 20)
		text := sprintf("%s: operation on the keys of %s, %s", [record.at, account.name, replace(record.status, "_", " ")])
		reference := {"input": record.input, "line": record.line, "text": text}
	]
}

steps(account) := [
	{
		"text": "List every account of the subscription, and audit again with the list.",
		"argv": list("list", account),
	},
	{
		"text": "If it is not there, list what was deleted, and audit with that list, too.",
		"argv": list("list-deleted", account),
	},
]

list(command, account) := array.concat(
	["az", "cognitiveservices", "account", command],
	array.concat(remediation.option("--subscription", account.subscription_id), ["--output", "json"]),
)
