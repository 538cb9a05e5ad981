package rotaudit.key_regeneration_failed_test

import data.rotaudit.key_regeneration_failed

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
	count(key_regeneration_failed.violation) == 0 with input as facts
	count(key_regeneration_failed.unproven) == 0 with input as facts
}

open(facts) if {
	count(key_regeneration_failed.violation) == 0 with input as facts
	count(key_regeneration_failed.unproven) > 0 with input as facts
}

test_does_not_apply_where_no_key_can_be_used if {
	off := facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})})
	count(key_regeneration_failed.not_applicable) > 0 with input as off
}

undecidable := [{"reason": "deleted_after_list", "message": "The account may not exist."}]

test_proves_nothing_if_the_evidence_does_not_decide if {
	open(facts(key("key1", 10, 10), key("key2", 200, 200), {"undecidable": undecidable}))
}

failed(day, age) := object.union(attempt(sprintf("2026-11-%02dT00:00:00Z", [day]), age, "failed"), {"key": "key1"})

test_fires_where_nothing_succeeded_since if {
	attempts := [failed(1, 22), failed(13, 10)]
	found := key_regeneration_failed.violation with input as facts(key("key1", 10.1, 200), key("key2", 1, 1), {"attempts": attempts})
	count(found) == 1
	some finding in found
	finding.message == "The newest regeneration of key1 failed, and none succeeded since. It was attempted on 2026-11-13T00:00:00Z, by a@contoso.com. On 2026-11-23T00:00:00Z, the audit instant, the log shows no other."
	[step.argv[8] | some step in finding.steps; step.argv[1] == "monitor"] == ["--end-time"]
	finding.evidence[0].line == 7
}

test_has_no_command_for_what_azure_no_longer_keeps if {
	found := key_regeneration_failed.violation with input as facts(key("key1", 200, 200), key("key2", 1, 1), {"attempts": [failed(1, 95)]})
	some finding in found
	not finding.steps[0].argv
}

test_fires_for_a_key_that_is_not_named if {
	unnamed := attempt("2026-11-13T00:00:00Z", 10, "failed")
	found := key_regeneration_failed.violation with input as facts(key("key1", 11, 20), key("key2", 12, 20), {"attempts": [unnamed]})
	count(found) == 1
	some finding in found
	finding.keys == ["key1", "key2"]
}

regenerated(findings) := [step.argv[count(step.argv) - 3] |
	some finding in findings
	some step in finding.steps
	"--key-name" in step.argv
]

test_has_one_rotation_for_the_failures_of_both_keys if {
	of_key2 := object.union(failed(14, 9), {"key": "key2"})
	found := key_regeneration_failed.violation with input as facts(key("key1", 100, 100), key("key2", 100, 100), {"attempts": [failed(13, 10), of_key2]})
	count(found) == 2
	regenerated(found) == ["key1", "key2"]
	some finding in found
	[step.argv[3] | some step in finding.steps; step.argv] == ["list", "list", "keys", "keys", "--ids"]
}

test_regenerates_a_key_once_after_a_failure_that_names_no_key_and_one_that_does if {
	unnamed := attempt("2026-11-13T00:00:00Z", 10, "failed")
	found := key_regeneration_failed.violation with input as facts(key("key1", 100, 100), key("key2", 100, 100), {"attempts": [unnamed, failed(14, 9)]})
	count(found) == 2
	regenerated(found) == ["key1", "key2"]
}

test_is_silent_where_the_key_was_set_since if none(facts(key("key1", 10, 10), key("key2", 1, 1), {"attempts": [failed(13, 10)]}))

test_is_open_after_the_evidence_ends if {
	open(facts(key("key1", 30, 200), key("key2", 1, 1), {"attempts": [failed(13, 10)], "judged_at": "2026-11-12T00:00:00Z"}))
}

test_is_open_where_the_key_may_have_been_set_since if open(facts(key("key1", 9, 20), key("key2", 1, 1), {"attempts": [failed(13, 10)]}))

test_is_open_where_an_attempt_may_have_failed if {
	uncertain := object.union(failed(13, 10), {"outcome": "uncertain"})
	open(facts(key("key1", 10, 20), key("key2", 1, 1), {"attempts": [uncertain]}))
}

test_is_open_where_one_may_have_failed_unseen if {
	open(facts(key("key1", 10, 20), key("key2", 1, 1), {"log_gaps": [gap(19, 30)]}))
	none(facts(key("key1", 10, 19), key("key2", 1, 1), {"log_gaps": [gap(19, 30)]}))
	unbounded := json.remove(
		facts(key("key1", 10, 10), key("key2", 1, 1), {"log_gaps": [gap(900, 901)]}),
		["oldest_key/age_days/max"],
	)
	open(unbounded)
}
