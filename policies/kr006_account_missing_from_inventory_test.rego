package rotaudit.account_missing_from_inventory_test

import data.rotaudit.account_missing_from_inventory

account := {
	"reason": "key_operations",
	"id": "/subscriptions/-s/resourceGroups/G/providers/Microsoft.CognitiveServices/accounts/A",
	"subscription_id": "-s",
	"resource_group": "G",
	"name": "A",
	"records": [
		{"at": "2026-10-01T00:00:00Z", "status": "started", "input": 1, "line": 7},
		{"at": "2026-10-01T00:00:05Z", "status": "server_error", "input": 1, "line": 3},
	],
}

facts(accounts) := {
	"schema": "rotaudit.evidence-facts/1",
	"as_of": "2026-11-23T00:00:00Z",
	"as_of_basis": "evidence",
	"inputs": [{"path": "accounts.json", "format": "accounts/az", "records": 1}],
	"unlisted_accounts": accounts,
	"key_material": [],
}

test_names_the_account_and_its_records if {
	found := account_missing_from_inventory.violation with input as facts([account])
	count(found) == 1
	some finding in found
	finding.subject == lower(account.id)
	startswith(finding.message, "No account list contains the account A (group G, subscription -s), but the log shows operations on its keys. ")
	contains(finding.message, "The log has 2 such records, the last on 2026-10-01T00:00:05Z.")
	[[reference.line, reference.text] | some reference in finding.evidence] == [
		[7, "2026-10-01T00:00:00Z: operation on the keys of A, started"],
		[3, "2026-10-01T00:00:05Z: operation on the keys of A, server error"],
	]
}

test_names_an_account_that_the_log_shows_created if {
	failed := {"at": "2026-10-02T00:00:00Z", "status": "failed_without_code", "input": 1, "line": 9}
	written := object.union(account, {"reason": "written", "records": [failed]})
	found := account_missing_from_inventory.violation with input as facts([written])
	some finding in found
	contains(finding.message, ", but the log shows its creation or an update. The log has one such record, on 2026-10-02T00:00:00Z.")
	finding.evidence[0].text == "2026-10-02T00:00:00Z: creation or update of A, failed without code"
}

test_names_an_account_that_a_newer_list_lacks if {
	lacking := object.union(account, {
		"reason": "missing_from_newer_list",
		"records": [],
		"input": 0,
		"line": 12,
		"newer_list_at": "2026-10-31T00:00:00Z",
	})
	found := account_missing_from_inventory.violation with input as facts([lacking])
	some finding in found
	startswith(finding.message, "An older account list contains the account A (group G, subscription -s), but the newest list of its subscription does not, and the log does not show its deletion. The older list is accounts.json, and the newest list is from 2026-10-31T00:00:00Z.")
	finding.evidence == [{"input": 0, "line": 12, "text": "A, in the older list"}]
}

test_names_an_account_that_a_newer_list_lacks_after_its_deletion_and_that_was_used_later if {
	used := object.union(account, {"input": 0, "line": 12, "newer_list_at": "2026-09-30T00:00:00Z"})
	found := account_missing_from_inventory.violation with input as facts([used])
	some finding in found
	startswith(finding.message, "An older account list contains the account A (group G, subscription -s), but the newest list of its subscription, from 2026-09-30T00:00:00Z, does not. The evidence shows its deletion or move, but the log shows operations on its keys after that. The log has 2 such records, ")
	[reference.line | some reference in finding.evidence] == [12, 7, 3]
}

test_has_the_commands_that_list_what_is_missing if {
	found := account_missing_from_inventory.violation with input as facts([account])
	some finding in found
	[concat(" ", step.argv) | some step in finding.steps] == [
		"az cognitiveservices account list --subscription=-s --output json",
		"az cognitiveservices account list-deleted --subscription=-s --output json",
	]
}

test_has_a_finding_for_each_account if {
	other := object.union(account, {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/b"})
	count(account_missing_from_inventory.violation) == 2 with input as facts([account, other])
}

test_is_silent_where_every_account_is_listed if {
	count(account_missing_from_inventory.violation) == 0 with input as facts([])
}
