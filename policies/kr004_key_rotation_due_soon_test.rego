package rotaudit.key_rotation_due_soon_test

import data.rotaudit.key_rotation_due_soon

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
	count(key_rotation_due_soon.violation) == 0 with input as facts
	count(key_rotation_due_soon.unproven) == 0 with input as facts
}

open(facts) if {
	count(key_rotation_due_soon.violation) == 0 with input as facts
	count(key_rotation_due_soon.unproven) > 0 with input as facts
}

test_does_not_apply_where_no_key_can_be_used if {
	off := facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})})
	count(key_rotation_due_soon.not_applicable) > 0 with input as off
}

test_fires_from_the_fourteenth_day_before if {
	found := key_rotation_due_soon.violation with input as facts(key("key1", 76, 77), key("key2", 1, 1), {})
	count(found) == 1
	some finding in found
	finding.keys == ["key1"]
	finding.message == "The older key falls due within 14 days. It falls due on 2026-12-07T00:00:00Z at the latest, unless it is regenerated."
}

test_names_both_keys_where_neither_alone_is_proven_to_fall_due if {
	older := {"oldest_key": {"set_at": {"latest": "2026-09-08T00:00:00Z"}, "unchanged_since": "2026-09-08T00:00:00Z", "age_days": {"min": 80, "max": 85}}}
	found := key_rotation_due_soon.violation with input as object.union(facts(key("key1", 10, 85), key("key2", 10, 85), {}), older)
	some finding in found
	finding.keys == ["key1", "key2"]
}

test_is_silent_a_moment_earlier if {
	none(facts(key("key1", 75, 75.999), key("key2", 1, 1), {}))
	count(key_rotation_due_soon.not_applicable) == 0 with input as facts(key("key1", 75, 75.999), key("key2", 1, 1), {})
}

test_is_open_between if open(facts(key("key1", 75, 77), key("key2", 1, 1), {}))

test_does_not_apply_where_the_keys_are_not_proven_young if {
	count(key_rotation_due_soon.not_applicable) == 1 with input as facts(key("key1", 80, 91), key("key2", 1, 1), {})
	count(key_rotation_due_soon.not_applicable) == 1 with input as facts(key("key1", 80, 80), key("key2", 1, 1), {"undecidable": [{"reason": "contradictory", "message": "The evidence contradicts itself."}]})
}

test_takes_its_days_from_the_parameters if {
	found := facts(key("key1", 50, 50), key("key2", 1, 1), {})
	count(key_rotation_due_soon.violation) == 1 with input as found with data.params as {"max_age_days": 60, "due_soon_days": 10}
	count(key_rotation_due_soon.violation) == 0 with input as found with data.params as {"max_age_days": 60, "due_soon_days": 9}
}
