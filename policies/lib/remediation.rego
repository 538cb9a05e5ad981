# METADATA
# scope: package
# title: The steps that fix a finding, with their commands
# description: >-
#   Commands are argument arrays; only the program quotes them, for the shell that was asked for. Names are data that
#   anyone may have written.
package rotaudit.lib.remediation

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.other

places := "application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours"

# The rule's order: the key that applications do not use is regenerated first, and a switch step comes before each.
default order := ["key1", "key2"]

order := ["key2", "key1"] if data.params.in_use_key == "key1"

# A key that falls due soon is regenerated with the others: it would need the next rotation.
rotate(keys) := array.concat(regenerations, [switch_off]) if {
	due := [key | some key in order; is_due(key, keys)]
	regenerations := [step |
		some index, key in due
		some step in [switch_to(other[key], array.slice(due, 0, index)), regenerate(key)]
	]
}

is_due(key, keys) if key in keys

is_due(key, keys) if {
	not key in keys
	falls_due_soon(evidence.key_of(key))
}

falls_due_soon(key) if key.age_days.min >= max_age_days - due_soon_days

# The minimum age can be as of an earlier instant, at which the other key was old.
falls_due_soon(key) if evidence.least_age_days(key) >= max_age_days - due_soon_days

default max_age_days := 90

max_age_days := data.params.max_age_days

default due_soon_days := 14

due_soon_days := data.params.due_soon_days

switch_to(key, regenerated) := {"text": sprintf("Point applications at the new %s (%s).", [key, places])} if {
	key in regenerated
} else := {"text": sprintf("Point applications at %s (%s).", [key, places])}

regenerate(key) := {
	"text": sprintf("Regenerate %s, once no application uses it.", [key]),
	"argv": array.concat(
		["az", "cognitiveservices", "account", "keys", "regenerate"],
		array.concat(of_account, ["--key-name", key, "--output", "none"]),
	),
}

switch_off := {
	"text": "Alternatively, once every application uses Microsoft Entra ID, switch key access off.",
	"alternative": true,
	"argv": array.concat(
		["az", "resource", "update"],
		array.concat(
			option("--ids", input.account.id),
			["--set", "properties.disableLocalAuth=true", "--output", "none"],
		),
	),
}

of_subscription := in_subscription(input.account.subscription_id)

in_subscription(id) := option("--subscription", id)

of_account := array.concat(
	of_subscription,
	array.concat(option("--resource-group", input.account.resource_group), option("--name", input.account.name)),
)

# The parser of az takes a value that begins with a dash for an option, unless it is written so.
option(name, value) := [sprintf("%s=%s", [name, value])] if {
	startswith(value, "-")
} else := [name, value]

# How long Azure keeps the activity log, and how far back an export can reach an hour from now.
retention_days := 90

reachable_days := 90 - (1 / 24)

# The evidence that would settle the doubts that evidence.doubts returns.
settle(doubts) := array.concat(array.concat(months(doubts.keys), renew(doubts.origins)), array.concat(
	[step | some gap in doubts.gaps; some part in parts(gap); some step in fetch(part)],
	array.concat([step |
		some attempt in evidence.newest(doubts.attempts, 5)
		attempt.age_days <= reachable_days
		not evidence.is_undone(attempt)
		step := look_again(attempt)
	], array.concat(creation, etag(doubts.days))),
))

# No log shows what was before a migration.
renew(origins) := [{"text": "If the stamps do not prove the age of both keys, regenerate both, and move applications to the other key before each: no log shows when the keys of a migrated account were set before the migration."}] if {
	count(origins) > 0
} else := []

default creation := []

creation := [list_accounts("List the accounts of the subscription, and audit again with the list: it contains the date of creation.")] if {
	not input.account.created_at
}

list_accounts(text) := {"text": text, "argv": array.concat(
	["az", "cognitiveservices", "account", "list"],
	array.concat(of_subscription, ["--output", "json"]),
)}

# An old etag suggests that no key was regenerated since; that is seen, and documented nowhere.
etag(days) := [{"text": text} |
	not data.params.etag_evidence == true
	input.account.written_at
	evidence.days_since(input.account.written_at) > days
	text := sprintf("Hint: according to its etag, the account was last changed on %s, so its keys are probably at least as old. Azure does not document this; --etag-evidence lets it count.", [
		input.account.written_at,
	])
]

# The months in the keys, where they were not read, or not lately.
months(keys) := [read_stamps |
	not data.params.stamps == false
	some_unread(keys)
]

some_unread(keys) if {
	some key in keys
	not key.stamp
}

some_unread(keys) if {
	some key in keys
	some gap in key.gaps
	gap.age_days.min == 0
}

read_stamps := {
	"text": "Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet.",
	"argv": array.concat(["rotaudit", "export-script", "--key-stamps"], option("--account", input.account.id)),
}

# The parts of a gap, each with the subscription that the account was in then.
parts(gap) := [object.union(gap, {"subscription_id": input.account.subscription_id})] if {
	not input.account.stays
} else := [part |
	some stay in input.account.stays
	entered := [object.get(stay.age_days, "max", gap.start_age_days), object.get(stay, "start", gap.start)]
	left := [object.get(stay.age_days, "min", gap.end_age_days), object.get(stay, "end", gap.end)]

	# The later of the two beginnings, and the earlier of the two ends.
	began := sort([entered, [gap.start_age_days, gap.start]])[0]
	ended := sort([left, [gap.end_age_days, gap.end]])[1]
	began[0] > ended[0]
	part := {
		"subscription_id": stay.subscription_id,
		"start": began[1],
		"start_age_days": began[0],
		"end": ended[1],
		"end_age_days": ended[0],
	}
]

# The subscription that the account was in at that age.
subscription_at(age_days) := ids[count(ids) - 1] if {
	ids := [stay.subscription_id |
		some stay in input.account.stays
		object.get(stay.age_days, "max", age_days) >= age_days
	]
	count(ids) > 0
} else := input.account.subscription_id

fetch(gap) := array.concat(archived, exported) if {
	archived := [step |
		gap.start_age_days > retention_days
		step := archive(gap.start, earlier(gap.end, gap.end_age_days, retention_days))
	]
	exported := [step |
		gap.end_age_days < reachable_days
		step := export(gap.subscription_id, later(gap.start, gap.start_age_days, reachable_days), gap.end)
	]
}

later(at, age_days, days) := at if {
	age_days <= days
} else := evidence.days_before(days)

earlier(at, age_days, days) := at if {
	age_days >= days
} else := evidence.days_before(days)

archive(start, end) := {"text": sprintf(
	"Azure no longer keeps the activity log from %s to %s (its retention is %d days). Only an archive can have it (diagnostic settings, Log Analytics).",
	[start, end, retention_days],
)}

export(subscription_id, start, end) := {
	"text": sprintf("Export the activity log from %s to %s, and audit again with the file. If the export ends without an error, also state that it is complete (--coverage %s=%s..%s).", [
		start,
		end,
		in_text(subscription_id),
		start,
		end,
	]),
	"argv": activity_log(subscription_id, start, end),
}

# In a text, nothing is quoted: every shell reads a GUID as it is written, and a log can contain anything else as an id.
# A regular expression would take longer than all else that is evaluated for an account.
in_text(id) := id if {
	count(id) == 36
	count(split(id, "-")) == 5
	not startswith(id, "-")
	trim(id, "0123456789abcdefABCDEF-") == ""
} else := "SUBSCRIPTION"

look_again(attempt) := {
	"text": sprintf("Export the complete log around the regeneration on %s: the record of its start names the key, and a later record shows the outcome.", [
		attempt.at,
	]),
	"argv": log_around(attempt),
}

look_at(attempt) := {"text": look_at_it, "argv": log_around(attempt)} if {
	attempt.age_days <= reachable_days
} else := {"text": look_at_it}

look_at_it := "Find out why the request failed (a missing right, a lock, an error of the service): the log around it shows the reason."

around(at, seconds) := time.format((instant - (instant % 1000000000)) + (seconds * 1000000000)) if {
	instant := time.parse_rfc3339_ns(at)
}

log_around(attempt) := activity_log(
	subscription_at(attempt.age_days),
	around(attempt.at, -3600),
	around(attempt.at, 3600),
)

activity_log(subscription_id, start, end) := array.concat(
	["az", "monitor", "activity-log", "list"],
	array.concat(
		in_subscription(subscription_id),
		["--start-time", start, "--end-time", end, "--max-events", "100000", "--output", "json"],
	),
)

# If the evidence contradicts itself, both sides must be collected again.
collect_again := [
	{"text": "Export the activity log from Azure again, and compare it with the audited files."},
	object.union(read_stamps, {"text": "Read the months in the keys again with the script that this command prints, and compare them with the audited sheets."}),
]

# The same if the log contradicts the date of creation.
list_again := [
	collect_again[0],
	list_accounts("List the accounts of the subscription again, and compare the list with the audited files."),
]

# How to decide about an account that is undecidable.
decide := array.concat(array.concat(
	[list_accounts("List the accounts of the subscription again, and audit with the new list and the time of its export (a manifest, or --listed-at).") |
		evidence.undecidable_by({"deleted_after_list", "earlier_account", "local_auth_uncertain", "lists_contradict"})
	],
	[step | evidence.undecidable_by({"contradictory"}); some step in collect_again],
), [step | evidence.undecidable_by({"creation_contradicts_log"}); some step in list_again])
