package rotaudit.key_rotation_overdue_test

import data.rotaudit.key_rotation_overdue

# A key set `min` to `max` days ago.
key(name, min, max) := {
	"name": name,
	"set_at": {"earliest": "2026-05-01T00:00:00Z", "latest": "2026-06-01T00:00:00Z"},
	"age_days": {"min": min, "max": max},
}

account := {
	"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
	"subscription_id": "s",
	"resource_group": "g",
	"name": "a",
	"local_auth_disabled": false,
}

facts(key1, key2, oldest) := {
	"as_of": "2026-11-23T00:00:00Z",
	"account": account,
	"keys": [key1, key2],
	"oldest_key": oldest,
	"gaps": [],
	"attempts": [],
	"stamps": [],
}

test_fires_a_moment_past_the_limit if {
	input_facts := facts(key("key1", 1, 2), key("key2", 90.00001, 90.00001), key("", 90.00001, 90.00001))
	found := key_rotation_overdue.violation with input as input_facts
	count(found) == 1
	some finding in found
	finding.keys == ["key2"]
	startswith(finding.message, "key2 was last set on or before 2026-06-01T00:00:00Z, at least 90 days before the audit")
}

test_is_silent_at_exactly_the_limit if {
	input_facts := facts(key("key1", 1, 2), key("key2", 90, 90), key("", 90, 90))
	count(key_rotation_overdue.violation) == 0 with input as input_facts
	count(key_rotation_overdue.unproven) == 0 with input as input_facts
}

test_takes_the_limit_from_the_parameters if {
	input_facts := facts(key("key1", 31, 31), key("key2", 1, 1), key("", 31, 31))
	count(key_rotation_overdue.violation) == 0 with input as input_facts
	count(key_rotation_overdue.violation) == 1 with input as input_facts with data.params.max_age_days as 30
}

test_names_both_keys_where_neither_alone_is_proven_old if {
	input_facts := facts(key("key1", 10, 200), key("key2", 10, 200), key("", 150, 200))
	found := key_rotation_overdue.violation with input as input_facts
	count(found) == 1
	some finding in found
	finding.keys == ["key1", "key2"]
	startswith(finding.message, "One of the keys")
}

test_is_open_where_the_evidence_allows_both if {
	input_facts := facts(key("key1", 10, 200), key("key2", 10, 200), key("", 10, 200))
	count(key_rotation_overdue.unproven) == 1 with input as input_facts
	count(key_rotation_overdue.violation) == 0 with input as input_facts
}

test_is_open_where_the_age_has_no_upper_bound if {
	unbounded := {"set_at": {"latest": "2026-11-13T00:00:00Z"}, "age_days": {"min": 10}}
	input_facts := facts(key("key1", 10, 20), key("key2", 10, 20), unbounded)
	count(key_rotation_overdue.unproven) == 1 with input as input_facts
}

test_does_not_apply_where_keys_are_switched_off if {
	off := object.union(account, {"local_auth_disabled": true})
	input_facts := object.union(facts(key("key1", 200, 200), key("key2", 200, 200), key("", 200, 200)), {"account": off})
	count(key_rotation_overdue.not_applicable) == 1 with input as input_facts
}

test_does_not_apply_before_the_account_existed if {
	unknown := {"set_at": {}, "age_days": {}}
	count(key_rotation_overdue.not_applicable) == 1 with input as facts(unknown, unknown, unknown)
}

test_applies_where_keys_can_be_used if {
	input_facts := facts(key("key1", 1, 1), key("key2", 1, 1), key("", 1, 1))
	count(key_rotation_overdue.not_applicable) == 0 with input as input_facts
}

test_proves_nothing_where_the_evidence_contradicts_itself if {
	input_facts := object.union(
		facts(key("key1", 200, 200), key("key2", 200, 200), key("", 200, 200)),
		{"contradictions": [{}]},
	)
	count(key_rotation_overdue.violation) == 0 with input as input_facts
	count(key_rotation_overdue.unproven) == 1 with input as input_facts
}
