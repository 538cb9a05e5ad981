package rotaudit.key_material_in_evidence_test

import data.rotaudit.key_material_in_evidence

facts(inputs, key_material) := {
	"schema": "rotaudit.evidence-facts/1",
	"as_of": "2026-11-23T00:00:00Z",
	"inputs": inputs,
	"unlisted_accounts": [],
	"key_material": key_material,
}

clean := {"path": "accounts.json", "format": "accounts/az", "records": 1}

keys := {"path": "keys.json", "format": "unknown", "records": 0, "lines_with_keys": 2}

material(input_index, line) := {"input": input_index, "line": line, "what": "the value of key1"}

test_names_the_file_and_its_lines_in_order if {
	input_facts := facts([clean, keys], [material(1, 2), material(1, 10)])
	found := key_material_in_evidence.violation with input as input_facts
	count(found) == 1
	some finding in found
	finding.subject == "keys.json"
	startswith(finding.message, "keys.json contains live API keys: line 2, the value of key1; line 10, the value of key1. Everyone")
	[reference.line | some reference in finding.evidence] == [2, 10]
	count(finding.steps) == 3
}

test_counts_the_lines_that_it_does_not_name if {
	many := object.union(keys, {"lines_with_keys": 31})
	found := key_material_in_evidence.violation with input as facts([many], [material(0, 7)])
	some finding in found
	contains(finding.message, "line 7, the value of key1; and 30 more lines.")
}

test_counts_one_line_that_it_does_not_name if {
	more := object.union(keys, {"lines_with_keys": 2})
	found := key_material_in_evidence.violation with input as facts([more], [material(0, 7)])
	some finding in found
	contains(finding.message, "line 7, the value of key1; and one more line. Everyone")
}

test_has_a_finding_for_each_file if {
	input_facts := facts([keys, object.union(keys, {"path": "b"})], [material(0, 1), material(1, 1)])
	count(key_material_in_evidence.violation) == 2 with input as input_facts
}

test_is_silent_where_no_file_holds_a_key if {
	count(key_material_in_evidence.violation) == 0 with input as facts([clean], [])
}
