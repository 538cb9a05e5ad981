package rotaudit.key_rotation_stalled_test

import data.rotaudit.key_rotation_stalled

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
	count(key_rotation_stalled.violation) == 0 with input as facts
	count(key_rotation_stalled.unproven) == 0 with input as facts
}

open(facts) if {
	count(key_rotation_stalled.violation) == 0 with input as facts
	count(key_rotation_stalled.unproven) > 0 with input as facts
}

test_does_not_apply_where_no_key_can_be_used if {
	off := facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})})
	count(key_rotation_stalled.not_applicable) > 0 with input as off
}

undecidable := [{"reason": "deleted_after_list", "message": "The account may not exist."}]

test_proves_nothing_if_the_evidence_does_not_decide if {
	open(facts(key("key1", 10, 10), key("key2", 200, 200), {"undecidable": undecidable}))
}

test_fires_a_moment_past_a_week if {
	created := object.union(key("key2", 14.002, 14.002), {"unchanged_since": "2025-01-01T00:00:00Z"})
	found := key_rotation_stalled.violation with input as facts(key("key1", 7.001, 7.001), created, {})
	count(found) == 1
	some finding in found
	finding.keys == ["key2"]
	startswith(finding.message, "key1 was regenerated, and key2 was not within 7 days. key1 was regenerated on or after ")
	contains(finding.steps[1].text, "Regenerate key2")
}

test_fires_where_the_other_key_is_older_than_the_limit if {
	found := key_rotation_stalled.violation with input as facts(key("key1", 80, 80), key("key2", 90.001, 400), {})
	count(found) == 1
}

test_is_silent_where_the_other_key_was_regenerated_within_the_limit_if_late if {
	none(facts(key("key1", 40, 40), key("key2", 90, 90), {}))
}

test_is_silent_while_the_week_lasts if none(facts(key("key1", 7, 7), key("key2", 200, 200), {}))

test_is_silent_where_both_were_regenerated_within_a_week if none(facts(key("key1", 40, 40), key("key2", 47, 47), {}))

test_is_silent_where_the_younger_key_is_as_old_as_the_account if {
	created := object.union(key("key2", 300, 691), {"set_at": {"latest": "2025-01-01T00:00:00Z"}})
	none(facts(key("key1", 691, 691), created, {}))
}

# 1 day and 423 minutes, 2 days and 423 minutes: as fractions, their difference is a little more than 1.
test_is_silent_where_the_keys_were_regenerated_exactly_the_limit_apart if {
	created := object.union(key("key2", 3303 / 1440, 3303 / 1440), {"unchanged_since": "2025-01-01T00:00:00Z"})
	exact := facts(key("key1", 1863 / 1440, 1863 / 1440), created, {})
	count(key_rotation_stalled.violation) == 0 with input as exact with data.params.stalled_days as 1
}

test_is_open_where_the_other_key_may_have_been_regenerated_in_time if open(facts(key("key1", 40, 40), key("key2", 41, 200), {}))

test_is_open_if_the_younger_key_may_have_been_regenerated_since_the_evidence_ended if {
	renewed := object.union(key("key1", 95, 100), {"set_at": {"latest": days_before(0)}})
	open(facts(renewed, key("key2", 100, 100), {}))
	none(facts(key("key1", 95, 100), key("key2", 100, 100), {}))
}

test_takes_the_days_from_the_parameters if {
	stalled := facts(key("key1", 10, 10), key("key2", 200, 200), {})
	count(key_rotation_stalled.violation) == 0 with input as stalled with data.params.stalled_days as 10
}
