package rotaudit.keys_regenerated_without_switchover_test

import data.rotaudit.keys_regenerated_without_switchover

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
	count(keys_regenerated_without_switchover.violation) == 0 with input as facts
	count(keys_regenerated_without_switchover.unproven) == 0 with input as facts
}

open(facts) if {
	count(keys_regenerated_without_switchover.violation) == 0 with input as facts
	count(keys_regenerated_without_switchover.unproven) > 0 with input as facts
}

test_does_not_apply_where_no_key_can_be_used if {
	off := facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})})
	count(keys_regenerated_without_switchover.not_applicable) > 0 with input as off
}

undecidable := [{"reason": "deleted_after_list", "message": "The account may not exist."}]

test_proves_nothing_if_the_evidence_does_not_decide if {
	open(facts(key("key1", 10, 10), key("key2", 200, 200), {"undecidable": undecidable}))
}

succeeded(at, age, name) := object.union(attempt(at, age, "succeeded"), {"key": name})

first := succeeded("2026-11-13T00:00:00Z", 10, "key1")

test_fires_within_the_hour if {
	attempts := [first, succeeded("2026-11-13T00:59:59.9999999Z", 9.96, "key2")]
	found := keys_regenerated_without_switchover.violation with input as facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": attempts})
	count(found) == 1
	some finding in found
	contains(finding.message, "no key to switch to. key1 was regenerated on 2026-11-13T00:00:00Z, and key2 on 2026-11-13T00:59:59.9999999Z.")
	count(finding.evidence) == 2
}

test_is_silent_at_the_hour if {
	none(facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": [first, succeeded("2026-11-13T01:00:00Z", 9.96, "key2")]}))
}

test_is_silent_where_one_key_was_regenerated_twice if {
	none(facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": [first, succeeded("2026-11-13T00:10:00Z", 9.99, "key1")]}))
}

test_is_open_where_the_key_is_not_named if {
	open(facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": [first, attempt("2026-11-13T00:10:00Z", 9.99, "uncertain")]}))
}

test_is_open_where_the_log_is_silent if {
	open(facts(key("key1", 10, 10), key("key2", 9, 9), {"log_gaps": [gap(89, 95)]}))
	none(facts(key("key1", 10, 10), key("key2", 9, 9), {"log_gaps": [gap(90, 95)]}))
}

test_takes_its_limits_from_the_parameters if {
	attempts := [first, succeeded("2026-11-13T00:30:00Z", 9.98, "key2")]
	near := facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": attempts})
	count(keys_regenerated_without_switchover.violation) == 0 with input as near with data.params.switchover_minutes as 30
	none(facts(key("key1", 10, 10), key("key2", 9, 9), {"log_gaps": [gap(50, 95)]})) with data.params.max_age_days as 50
}

test_looks_back_no_further_than_the_limit_or_the_days_that_are_set if {
	attempts := [first, succeeded("2026-11-13T00:30:00Z", 9.98, "key2")]
	near := facts(key("key1", 10, 10), key("key2", 9, 9), {"attempts": attempts})
	count(keys_regenerated_without_switchover.violation) == 1 with input as near with data.params.max_age_days as 10
	none(near) with data.params.max_age_days as 9
	none(near) with data.params.switchover_days as 9
	count(keys_regenerated_without_switchover.violation) == 1 with input as near with data.params as {"switchover_days": 10, "max_age_days": 9}
}
