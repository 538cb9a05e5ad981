package rotaudit.lib.evidence_test

import data.rotaudit.lib.evidence

attempt(day, outcome) := {
	"at": sprintf("2026-11-%02dT00:00:00Z", [day]),
	"age_days": 23 - day,
	"outcome": outcome,
	"records": [{"at": sprintf("2026-11-%02dT00:00:00Z", [day]), "status": "server_error", "input": 1, "line": day}],
}

created := {"created_at": "2025-01-01T00:00:00Z"}

stamp := {"key": "key2", "month": "2026-07", "taken_at": "2026-11-20T00:00:00Z", "input": 4, "line": 2}

test_refers_to_records_by_file_and_line if {
	named := object.union(attempt(3, "succeeded"), {"key": "key1", "caller": "a@contoso.com"})
	found := evidence.records with input as {"stamps": [stamp], "attempts": [attempt(2, "uncertain"), named]}
	found == [
		{"input": 4, "line": 2, "text": "key2 carries the month 2026-07 (read on 2026-11-20T00:00:00Z)"},
		{"input": 1, "line": 2, "text": "2026-11-02T00:00:00Z: regeneration of an unnamed key server error"},
		{"input": 1, "line": 3, "text": "2026-11-03T00:00:00Z: regeneration of key1 server error, by a@contoso.com"},
	]
}

test_keeps_to_the_newest_records if {
	found := evidence.records with input as {"stamps": [], "attempts": [attempt(day, "failed") | some day in numbers.range(1, 22)]}
	[found[0].line, count(found)] == [3, 20]
}

test_names_every_doubt_once if {
	named := object.union(attempt(4, "succeeded"), {"key": "key1"})
	attempts := [attempt(2, "succeeded"), attempt(3, "uncertain"), named, attempt(5, "failed")]
	gaps := [
		{"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z", "age_days": {"min": 52, "max": 53}},
		{"end": "2026-06-01T00:00:00Z", "age_days": {"min": 175}},
	]
	facts := {"as_of": "2026-11-23T00:00:00Z", "account": created, "attempts": attempts, "gaps": gaps}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	text == concat("; ", [
		"no evidence covers 2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z",
		"the log does not name the key that was regenerated on 2026-11-02T00:00:00Z",
		"the log does not show the outcome of the regeneration on 2026-11-03T00:00:00Z",
	])
}

test_leaves_out_what_only_a_young_key_left_open if {
	gap := {"start": "2026-09-01T00:00:00Z", "end": "2026-10-01T00:00:00Z", "age_days": {"min": 53, "max": 83}}
	edge := {"end": "2026-09-01T00:00:00Z", "age_days": {"min": 83}}
	key1 := {"age_days": {"min": 53, "max": 83}, "gaps": [gap]}
	key2 := {"age_days": {"min": 83, "max": 114}, "gaps": [edge]}
	facts := {"as_of": "2026-11-23T00:00:00Z", "account": created, "attempts": [], "gaps": [edge, gap], "keys": [key1, key2]}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	text == "no evidence covers 2026-08-25T00:00:00Z to 2026-09-01T00:00:00Z"
}

test_counts_doubts_past_the_fifth if {
	facts := {"account": created, "attempts": [attempt(day, "uncertain") | some day in numbers.range(1, 7)], "gaps": []}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	endswith(text, "2026-11-05T00:00:00Z; further reasons: 2")
}

test_begins_a_gap_where_it_begins_to_matter if {
	facts := {"as_of": "2026-11-23T00:00:00Z", "account": created, "attempts": []}
	open_gap := {"end": "2026-11-01T00:00:00Z", "age_days": {"min": 22}}
	found := evidence.clipped(open_gap, 90) with input as facts
	[found.start, found.start_age_days] == ["2026-08-25T00:00:00Z", 90]
}

test_doubts_a_creation_that_the_list_does_not_say if {
	facts := {"as_of": "2026-11-23T00:00:00Z", "account": {}, "attempts": [], "gaps": []}
	evidence.missing(evidence.doubts(90)) == "it is not known when the account was created" with input as facts
}

test_names_the_assumptions_of_a_verdict if {
	facts := {"rests_on": ["observed", "tolerance"]}
	text := evidence.resting("Overdue") with input as facts
	text == "Overdue, if the log is complete (observed) and nothing happened within the tolerance before the evidence begins"
	evidence.resting("Overdue") == "Overdue" with input as {"rests_on": []}
}

test_names_the_instant_that_the_account_is_judged_at if {
	ended := {"as_of": "2026-11-23T00:00:00Z", "judged_at": "2026-11-22T07:46:00Z"}
	evidence.judged == "On 2026-11-22T07:46:00Z, when the evidence about the account ends" with input as ended
	now := {"as_of": "2026-11-23T00:00:00Z", "judged_at": "2026-11-23T00:00:00Z"}
	evidence.judged == "On 2026-11-23T00:00:00Z, the audit instant" with input as now
}

test_names_every_reason_why_nothing_is_decided if {
	deleted := {"reason": "deleted_after_list", "message": "It may be deleted.", "input": 1, "line": 2}
	facts := {"undecidable": [deleted, {"reason": "lists_contradict", "message": "Two lists differ."}]}
	found := evidence.undecidable with input as facts
	found.message == "The evidence proves nothing about the keys. It may be deleted. Two lists differ."
	found.evidence == [{"input": 1, "line": 2, "text": "It may be deleted."}]
	count(evidence.no_keys) == 0 with input as facts
}

test_leaves_out_the_time_after_the_evidence_if_more_is_open if {
	last := {"start": "2026-11-22T07:46:00Z", "end": "2026-11-23T00:00:00Z", "age_days": {"min": 0, "max": 0.7}}
	first := {"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z", "age_days": {"min": 52, "max": 53}}
	facts := {"as_of": "2026-11-23T00:00:00Z", "judged_at": "2026-11-22T07:46:00Z", "account": created, "attempts": []}
	both := evidence.doubts(90) with input as object.union(facts, {"gaps": [first, last]})
	[gap.start | some gap in both.gaps] == [first.start]
	alone := evidence.doubts(90) with input as object.union(facts, {"gaps": [last]})
	[gap.start | some gap in alone.gaps] == [last.start]
}

test_knows_a_regeneration_that_a_deletion_leaves_open if {
	record := {"at": "2026-11-03T00:00:00Z", "status": "succeeded", "input": 1, "line": 3}
	undone := object.union(attempt(3, "uncertain"), {"records": [record]})
	evidence.is_undone(undone)
	not evidence.is_undone(attempt(3, "uncertain"))
	text := evidence.question(undone)
	text == "the account was deleted after the regeneration on 2026-11-03T00:00:00Z"
}

migrated := {
	"as_of": "2026-11-23T00:00:00Z",
	"account": {"created_at": "2026-11-03T00:00:00Z"},
	"attempts": [],
	"keys": [{"age_days": {"min": 10}}, {"age_days": {"min": 10}}],
}

test_names_a_migration_in_place_of_the_log_before_it if {
	facts := object.union(migrated, {"gaps": [{"end": "2026-11-03T00:00:00Z", "age_days": {"min": 20}}]})
	found := evidence.doubts(90) with input as facts
	found.gaps == []
	evidence.missing(found) == "the account was migrated, or may have been (isMigrated), so its keys may have been set before its creation on 2026-11-03T00:00:00Z" with input as facts
}

test_asks_for_the_log_since_a_migration if {
	facts := object.union(migrated, {"gaps": [{"end": "2026-11-13T00:00:00Z", "age_days": {"min": 10}}]})
	found := evidence.doubts(90) with input as facts
	[[gap.start, gap.end] | some gap in found.gaps] == [["2026-11-03T00:00:00Z", "2026-11-13T00:00:00Z"]]
	count(found.origins) == 1
}

test_leaves_out_a_migration_before_the_limit if {
	facts := object.union(migrated, {"gaps": [{"end": "2026-11-13T00:00:00Z", "age_days": {"min": 10}}]})
	found := evidence.doubts(15) with input as facts
	found.origins == []
	[gap.start | some gap in found.gaps] == ["2026-11-08T00:00:00Z"]
}

test_is_silent_before_the_end_only_if_a_gap_begins_before_the_evidence_ends if {
	last := {"start": "2026-11-22T00:00:00Z", "end": "2026-11-23T00:00:00Z"}
	earlier := {"end": "2026-10-24T00:00:00Z"}
	not evidence.silent_before_end(30) with input as {"judged_at": "2026-11-22T00:00:00Z", "log_gaps": [last]}
	evidence.silent_before_end(30) with input as {"judged_at": "2026-11-22T00:00:00Z", "log_gaps": [earlier, last]}
	not evidence.silent_before_end(29) with input as {"judged_at": "2026-11-22T00:00:00Z", "log_gaps": [earlier, last]}
}
