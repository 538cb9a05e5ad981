# METADATA
# scope: package
# title: Everyone who read the keys can use them until they are regenerated
# description: >-
#   The activity log shows who listed the keys of an account. Listing returns both keys, and they stay valid. So
#   everyone who listed them since they were last set can use the account, even after leaving the team or the company.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR009
#   name: KeysReadSinceRotation
#   level: note
#   default: false
#   indicator: true
#   passes: the log shows no listing of the keys since they were last set
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - >-
#       az cognitiveservices account keys regenerate --subscription SUBSCRIPTION --resource-group GROUP --name ACCOUNT
#       --key-name KEY --output none
#   remediation: Compare the names with the list of people who left, and rotate the keys if one of them is on it.
package rotaudit.keys_read_since_rotation

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": keys, "evidence": references, "steps": steps} if {
	not undecided
	reads := [read | some read in input.key_reads; read.outcome == "succeeded"; count(read_keys(read)) > 0]
	keys := sort(union({read_keys(read) | some read in reads}))
	count(keys) > 0
	message := sprintf("The keys were read since they were last set. They were read by %s.", [
		concat("; ", callers(reads)),
	])
	references := [reference |
		some read in evidence.newest(reads, 20)
		some record in read.records
		text := sprintf("%s: keys listed by %s", [record.at, caller(read)])
		reference := {"input": record.input, "line": record.line, "text": text}
	]
	steps := array.concat(
		[{"text": "Compare these names with the people and services that are authorized to use the account. If all of them are, this finding needs no action."}],
		array.slice(remediation.rotate(["key1", "key2"]), 0, 4),
	)
}

# The keys that are proven not to be set since.
read_keys(read) := {key.name | some key in input.keys; evidence.unchanged_from(key, read.at)}

caller(read) := object.get(read, "caller", "a caller that the log does not name")

# Each with the last time, the first ten by name.
callers(reads) := array.concat(array.slice(all, 0, 10), more) if {
	names := {caller(read) | some read in reads}
	all := [sprintf("%s, last on %s", [name, last]) |
		some name in names
		[last] := evidence.newest([read.at | some read in reads; caller(read) == name], 1)
	]
	more := [sprintf("and %d more", [rest]) | rest := count(all) - 10; rest > 0]
}

unproven contains undecidable if undecided

unproven contains {"message": "The evidence does not show whether the keys were read since they were last set."} if {
	not undecided
	some key in input.keys
	may_have_been_read(key)
}

may_have_been_read(key) if evidence.silent_since(key)

may_have_been_read(key) if {
	some read in input.key_reads
	evidence.perhaps_since(key, read.age_days)
}
