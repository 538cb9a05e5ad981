package rotaudit.key_rotation_overdue_test

import data.rotaudit.key_rotation_overdue

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

account := {
	"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
	"subscription_id": "s",
	"resource_group": "g",
	"name": "a",
	"created_at": "2025-01-01T00:00:00Z",
	"local_auth_disabled": false,
}

facts(key1, key2, oldest) := {
	"as_of": "2026-11-23T00:00:00Z",
	"judged_at": "2026-11-23T00:00:00Z",
	"rests_on": [],
	"undecidable": [],
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
	finding.message == "Overdue: key2 was not regenerated within the limit of 90 days. On 2026-11-23T00:00:00Z, the audit instant, key2 had not been regenerated since 2026-08-24T23:59:59Z or earlier, for at least 90 days."
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
	startswith(finding.message, "Overdue: one of the keys (the evidence does not show which) was not regenerated within the limit of 90 days. ")
}

test_is_open_for_the_other_key_if_only_one_is_proven_old if {
	attempt := {"at": "2026-11-03T00:00:00Z", "age_days": 20, "outcome": "uncertain", "key": "key2", "records": []}
	input_facts := object.union(
		facts(key("key1", 100, 200), key("key2", 20, 200), key("", 100, 200)),
		{"attempts": [attempt]},
	)
	found := key_rotation_overdue.unproven with input as input_facts
	count(found) == 1
	some finding in found
	finding.keys == ["key2"]
	finding.message == "The evidence does not prove how old key2 is. Reasons: the log does not show the outcome of the regeneration on 2026-11-03T00:00:00Z."
	violations := key_rotation_overdue.violation with input as input_facts
	[violation.keys | some violation in violations] == [["key1"]]
}

test_is_not_open_if_the_other_key_is_proven_young if {
	input_facts := facts(key("key1", 100, 200), key("key2", 20, 90), key("", 100, 200))
	count(key_rotation_overdue.unproven) == 0 with input as input_facts
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

test_names_what_it_rests_on_and_the_instant_it_is_judged_at if {
	old := key("key1", 95, 700)
	input_facts := object.union(
		facts(old, object.union(old, {"name": "key2"}), old),
		{"rests_on": ["observed"], "judged_at": "2026-11-22T07:46:00Z"},
	)
	found := key_rotation_overdue.violation with input as input_facts
	some finding in found
	startswith(finding.message, "Overdue, if the log is complete (observed): key1 and key2 were not regenerated within the limit of 90 days. On 2026-11-22T07:46:00Z, when the evidence about the account ends, key1 had not been")
}

test_says_when_a_key_falls_due_if_only_the_tolerance_makes_it_overdue if {
	old := object.union(key("key2", 89.5, 700), {"age_days": {"min": 89.5, "max": 700, "min_with_tolerance": 90.5}})
	input_facts := object.union(facts(key("key1", 1, 1), old, old), {"rests_on": ["declared", "tolerance"]})
	found := key_rotation_overdue.violation with input as input_facts
	some finding in found
	finding.keys == ["key2"]
	contains(finding.message, ", key2 had not been regenerated since 2026-08-25T12:00:00Z or earlier (the start of the evidence), so it is overdue or falls due on 2026-11-23T12:00:00Z.")
}

test_is_silent_if_the_keys_are_proven_young_and_old if {
	input_facts := facts(key("key1", 1, 1), key("key2", 91, 90), key("", 91, 90))
	count(key_rotation_overdue.violation) == 0 with input as input_facts
}

undecidable := {"undecidable": [{"reason": "deleted_after_list", "message": "The account may not exist."}]}

test_proves_nothing_if_the_evidence_does_not_decide if {
	old := facts(key("key1", 200, 200), key("key2", 200, 200), key("", 200, 200))
	found := key_rotation_overdue.unproven with input as object.union(old, undecidable)
	some finding in found
	finding.message == "The evidence proves nothing about the keys. The account may not exist."
	finding.steps[0].argv[3] == "list"
	count(key_rotation_overdue.violation) == 0 with input as object.union(old, undecidable)
}

test_applies_if_it_is_not_decided_whether_keys_can_be_used if {
	off := object.union(account, {"local_auth_disabled": true})
	uncertain := object.union(undecidable, {"account": off})
	old := facts(key("key1", 200, 200), key("key2", 200, 200), key("", 200, 200))
	count(key_rotation_overdue.not_applicable) == 0 with input as object.union(old, uncertain)
	count(key_rotation_overdue.unproven) == 1 with input as object.union(old, uncertain)
}
