# METADATA
# scope: package
# title: No file that is given to an audit may hold a live API key
# description: >-
#   An audit of key ages needs no key. Where an export holds one (the output of "keys list" was saved, or a log recorded
#   a request's answer), whoever can read the file can use the account, and a copy of it lies with every reader of the
#   evidence. Such a key counts as leaked. The finding tells where it stands, and nothing of the key.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
#   - ref: https://github.com/microsoft/security-utilities
#     description: The newer form of keys
# custom:
#   id: KR007
#   name: KeyMaterialInEvidence
#   level: error
#   about: evidence
#   remediation: Regenerate each key that was found, delete the file and its copies, and export again without keys.
package rotaudit.key_material_in_evidence

violation contains {"subject": file.path, "message": message, "evidence": references, "steps": steps} if {
	some index, file in input.inputs
	file.lines_with_keys > 0
	references := [reference | some reference in by_input[index]]
	message := sprintf("%s holds live API keys: %s. Whoever can read the file can use them.", [
		file.path,
		concat("; ", array.concat(told(references), untold(file.lines_with_keys - count(references)))),
	])
}

# In the order of the lines, as sets are sorted.
by_input[material.input] contains {"input": material.input, "line": material.line, "text": material.what} if {
	some material in input.key_material
}

told(references) := [sprintf("line %d, %s", [reference.line, reference.text]) | some reference in references]

untold(more) := [sprintf("and %d more lines", [more])] if {
	more > 0
} else := []

steps := [
	{"text": "Regenerate each of these keys, moving applications to the account's other key first: they count as leaked, whatever their age."},
	{"text": "Delete the file, and every copy of it: in mail, in tickets, in the audit's own records."},
	{"text": "Export again what the audit needs, without keys: az cognitiveservices account list and az monitor activity-log list hold none. Never save the output of keys list; where a part of it is needed, take that part alone (--query)."},
]
