package rotaudit.lib.evidence_test

import data.rotaudit.lib.evidence

attempt(day, outcome) := {
	"at": sprintf("2026-11-%02dT00:00:00Z", [day]),
	"age_days": 23 - day,
	"outcome": outcome,
	"records": [{"at": sprintf("2026-11-%02dT00:00:00Z", [day]), "status": "server_error", "input": 1, "line": day}],
}

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
	facts := {"as_of": "2026-11-23T00:00:00Z", "attempts": attempts, "gaps": gaps}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	text == concat("; ", [
		"no evidence covers 2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z",
		"the log does not name the key that was regenerated on 2026-11-02T00:00:00Z",
		"the log does not tell the outcome of the regeneration on 2026-11-03T00:00:00Z",
	])
}

test_leaves_out_what_only_a_young_key_left_open if {
	gap := {"start": "2026-09-01T00:00:00Z", "end": "2026-10-01T00:00:00Z", "age_days": {"min": 53, "max": 83}}
	edge := {"end": "2026-09-01T00:00:00Z", "age_days": {"min": 83}}
	key1 := {"age_days": {"min": 53, "max": 83}, "gaps": [gap]}
	key2 := {"age_days": {"min": 83, "max": 114}, "gaps": [edge]}
	facts := {"as_of": "2026-11-23T00:00:00Z", "attempts": [], "gaps": [edge, gap], "keys": [key1, key2]}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	text == "no evidence covers 2026-08-25T00:00:00Z to 2026-09-01T00:00:00Z"
}

test_counts_doubts_past_the_fifth if {
	facts := {"attempts": [attempt(day, "uncertain") | some day in numbers.range(1, 7)], "gaps": []}
	text := evidence.missing(evidence.doubts(90)) with input as facts
	endswith(text, "2026-11-05T00:00:00Z; and 2 more such doubts")
}

test_begins_a_gap_where_it_begins_to_matter if {
	facts := {"as_of": "2026-11-23T00:00:00Z", "attempts": []}
	open_gap := {"end": "2026-11-01T00:00:00Z", "age_days": {"min": 22}}
	found := evidence.clipped(open_gap, 90) with input as facts
	[found.start, found.start_age_days] == ["2026-08-25T00:00:00Z", 90]
}
