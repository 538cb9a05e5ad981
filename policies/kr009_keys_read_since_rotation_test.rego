package rotaudit.keys_read_since_rotation_test

import data.rotaudit.keys_read_since_rotation

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
	count(keys_read_since_rotation.violation) == 0 with input as facts
	count(keys_read_since_rotation.unproven) == 0 with input as facts
}

open(facts) if {
	count(keys_read_since_rotation.violation) == 0 with input as facts
	count(keys_read_since_rotation.unproven) > 0 with input as facts
}

test_does_not_apply_where_no_key_can_be_used if {
	off := facts(key("key1", 1, 1), key("key2", 1, 1), {"account": object.union(account, {"local_auth_disabled": true})})
	count(keys_read_since_rotation.not_applicable) > 0 with input as off
}

undecidable := [{"reason": "deleted_after_list", "message": "The account may not exist."}]

test_proves_nothing_if_the_evidence_does_not_decide if {
	open(facts(key("key1", 10, 10), key("key2", 200, 200), {"undecidable": undecidable}))
}

read(day, age) := attempt(sprintf("2026-11-%02dT00:00:00Z", [day]), age, "succeeded")

test_fires_for_who_read_a_key_that_was_not_set_since if {
	unnamed := object.remove(read(12, 11), ["caller"])
	reads := [read(1, 22), unnamed, read(13, 10), read(21, 2)]
	found := keys_read_since_rotation.violation with input as facts(key("key1", 11.5, 20), key("key2", 1, 1), {"key_reads": reads})
	count(found) == 1
	some finding in found
	finding.keys == ["key1"]
	finding.message == "The keys were read since they were last set. They were read by a caller that the log does not name, last on 2026-11-12T00:00:00Z; a@contoso.com, last on 2026-11-21T00:00:00Z."
	finding.evidence[2].text == "2026-11-21T00:00:00Z: keys listed by a@contoso.com"
	count(finding.steps) == 5
}

test_counts_callers_past_the_tenth if {
	reads := [object.union(read(day, 23 - day), {"caller": sprintf("c%02d", [day])}) | some day in numbers.range(1, 12)]
	found := keys_read_since_rotation.violation with input as facts(key("key1", 100, 100), key("key2", 1, 1), {"key_reads": reads})
	some finding in found
	endswith(finding.message, "c10, last on 2026-11-10T00:00:00Z; and 2 more.")
}

test_is_silent_where_the_keys_were_set_since if {
	none(facts(key("key1", 1, 10), key("key2", 1, 2), {"key_reads": [read(13, 10)], "log_gaps": [gap(10, 30)]}))
}

test_is_open_where_they_may_have_been_read_since if {
	open(facts(key("key1", 5, 20), key("key2", 1, 1), {"key_reads": [read(13, 10)]}))
	open(facts(key("key1", 5, 20), key("key2", 1, 1), {"log_gaps": [gap(10, 30)]}))
}
