package rotaudit.evidence_contradictory_test

import data.rotaudit.evidence_contradictory

stamp := {"key": "key1", "month": "2026-07", "taken_at": "2026-11-20T00:00:00Z", "input": 2, "line": 3}

attempt := {
	"at": "2026-10-01T00:00:00Z",
	"outcome": "succeeded",
	"key": "key1",
	"age_days": 53,
	"records": [{"at": "2026-10-01T00:00:00Z", "status": "succeeded", "input": 1, "line": 7}],
}

facts(contradictions) := {
	"as_of": "2026-11-23T00:00:00Z",
	"account": {
		"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
		"created_at": "2026-09-01T00:00:00Z",
	},
	"coverage": [{"start": "2026-08-24T00:00:00Z", "end": "2026-11-22T00:00:00Z", "basis": "declared"}],
	"contradictions": contradictions,
}

test_names_the_stamp_and_the_record_that_disagree if {
	contradiction := {"stamps": [stamp], "attempts": [attempt], "creation": false, "coverage": false}
	found := evidence_contradictory.violation with input as facts([contradiction])
	count(found) == 1
	some finding in found
	contains(finding.message, "key1 carries the month 2026-07 (read on 2026-11-20T00:00:00Z); ")
	contains(finding.message, "the log shows a regeneration of key1 on 2026-10-01T00:00:00Z (succeeded).")
	[[reference.input, reference.line] | some reference in finding.evidence] == [[2, 3], [1, 7]]
	finding.steps[1].argv[0] == "rotaudit"
}

test_names_the_creation_and_the_silence_of_the_log if {
	contradiction := {"stamps": [stamp], "attempts": [], "creation": true, "coverage": true}
	found := evidence_contradictory.violation with input as facts([contradiction])
	some finding in found
	contains(finding.message, "; the account was created on 2026-09-01T00:00:00Z; the log is complete")
}

test_names_the_etag_where_it_counts_as_coverage if {
	contradiction := {"stamps": [stamp], "attempts": [], "creation": false, "coverage": true}
	by_etag := [{"start": "2026-08-24T00:00:00Z", "end": "2026-11-22T00:00:00Z", "basis": "etag"}]
	written := {"account": {"written_at": "2026-08-23T23:59:59Z"}, "coverage": by_etag}
	found := evidence_contradictory.violation with input as object.union(facts([contradiction]), written)
	some finding in found
	contains(finding.message, "; according to its etag, the account was last changed on 2026-08-23T23:59:59Z, and no key was set since")
}

test_counts_what_it_does_not_list if {
	many := [object.union(attempt, {"key": "key2"}) | some _ in numbers.range(1, 5)]
	contradiction := {"stamps": [stamp], "attempts": many, "creation": false, "coverage": false}
	found := evidence_contradictory.violation with input as facts([contradiction])
	some finding in found
	contains(finding.message, "; the log shows further regenerations (2).")
}

test_names_the_requests_before_the_creation if {
	request := object.union(object.remove(attempt, ["key"]), {"caller": "a@contoso.com", "at": "2026-08-01T00:00:00Z"})
	contradiction := {"stamps": [], "attempts": [request], "creation": true, "coverage": true}
	found := evidence_contradictory.violation with input as object.union(facts([contradiction]), {"account": {"subscription_id": "s"}})
	count(found) == 1
	some finding in found
	contains(finding.message, "true: the account was created on 2026-09-01T00:00:00Z; the log has a request about the account's keys before that, on 2026-08-01T00:00:00Z; the log is complete from then on,")
	finding.evidence == [{"input": 1, "line": 7, "text": "2026-10-01T00:00:00Z: request about the account's keys, succeeded, by a@contoso.com"}]
	finding.steps[1].argv == ["az", "cognitiveservices", "account", "list", "--subscription", "s", "--output", "json"]
}

test_is_silent_where_a_world_fits if {
	count(evidence_contradictory.violation) == 0 with input as facts([])
}
