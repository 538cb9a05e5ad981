package rotaudit.local_auth_enabled_test

import data.rotaudit.local_auth_enabled

account := {
	"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
	"subscription_id": "s",
	"resource_group": "g",
	"name": "a",
	"created_at": "2025-01-01T00:00:00Z",
	"local_auth_disabled": false,
}

# A key set `min` to `max` days before the audit, which is when the evidence ends.
key(name, min, max) := {
	"name": name,
	"set_at": {"earliest": days_before(max), "latest": days_before(min)},
	"unchanged_since": days_before(min),
	"age_days": {"min": min, "max": max, "min_with_tolerance": min},
}

days_before(days) := time.format(instant - (instant % 1000000000)) if {
	instant := time.parse_rfc3339_ns("2026-11-23T00:00:00Z") - round(days * 86400000000000)
}

facts(key1, key2, more) := object.union(
	{
		"as_of": "2026-11-23T00:00:00Z",
		"judged_at": "2026-11-23T00:00:00Z",
		"rests_on": [],
		"undecidable": [],
		"account": account,
		"keys": [key1, key2],
		"oldest_key": {
			"set_at": {"earliest": "2026-09-01T00:00:00Z", "latest": "2026-09-08T00:00:00Z"},
			"unchanged_since": "2026-09-08T00:00:00Z",
			"age_days": {
				"min": max([key1.age_days.min, key2.age_days.min]),
				"max": max([key1.age_days.max, key2.age_days.max]),
			},
		},
		"gaps": [],
		"log_gaps": [],
		"attempts": [],
		"key_reads": [],
		"stamps": [],
		"contradictions": [],
	},
	more,
)

attempt(at, age_days, outcome) := {
	"at": at,
	"age_days": age_days,
	"outcome": outcome,
	"caller": "a@contoso.com",
	"records": [{"at": at, "status": outcome, "input": 1, "line": 7}],
}

gap(min, max) := {"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z", "age_days": {"min": min, "max": max}}

none(facts) if {
	count(local_auth_enabled.violation) == 0 with input as facts
	count(local_auth_enabled.unproven) == 0 with input as facts
}

open(facts) if {
	count(local_auth_enabled.violation) == 0 with input as facts
	count(local_auth_enabled.unproven) > 0 with input as facts
}

test_fires_where_keys_open_the_account if {
	found := local_auth_enabled.violation with input as facts(key("key1", 1, 1), key("key2", 1, 1), {})
	count(found) == 1
	some finding in found
	"properties.disableLocalAuth=true" in finding.steps[0].argv
	none(facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})}))
}

test_is_open_where_the_list_does_not_say if open({"account": {"id": "x"}})

test_is_open_where_the_list_may_be_out_of_date if {
	off := {"account": object.union(account, {"local_auth_disabled": true})}
	uncertain := {"undecidable": [{"reason": "local_auth_uncertain", "message": "The account was written since."}]}
	open(facts(key("key1", 1, 1), key("key2", 1, 1), object.union(off, uncertain)))
	open(facts(key("key1", 1, 1), key("key2", 1, 1), uncertain))
}

test_fires_where_only_the_evidence_of_keys_contradicts_itself if {
	contradictory := {"undecidable": [{"reason": "contradictory", "message": "The evidence contradicts itself."}]}
	count(local_auth_enabled.violation) == 1 with input as facts(key("key1", 1, 1), key("key2", 1, 1), contradictory)
}
