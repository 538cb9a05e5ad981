# METADATA
# scope: package
# title: Both keys must not be regenerated at the same time
# description: >-
#   An account has two keys so that applications can use one while the other is regenerated. If both were regenerated
#   within an hour, applications had no key to switch to. Either they stopped working, or someone distributed new keys
#   by hand and in a hurry, which is how keys end up in mails and tickets.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR005
#   name: KeysRegeneratedWithoutSwitchover
#   level: note
#   indicator: true
#   passes: no regenerations of both keys were less than switchover_minutes apart in the last switchover_days
#   precision: very-high
#   tags: [azure, key-rotation]
#   remediation: >-
#     Next time, move applications to the other key before each regeneration. Look for copies of the keys that were
#     distributed by hand.
#   parameters:
#     switchover_minutes: The minimum number of minutes between the regenerations of both keys.
#     switchover_days: How many days the control looks back from the audit. 0, the default, stands for max_age_days.
#     max_age_days: The maximum age of a key, in days. --max-age sets it too.
package rotaudit.keys_regenerated_without_switchover

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided

default switchover_minutes := 60

switchover_minutes := data.params.switchover_minutes

default max_age_days := 90

max_age_days := data.params.max_age_days

default switchover_days := 0

switchover_days := data.params.switchover_days

# A default takes constants only.
days := switchover_days if switchover_days > 0

days := max_age_days if switchover_days <= 0

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": ["key1", "key2"], "evidence": references, "steps": [step]} if {
	not undecided
	any_are_close
	[first, second] := pairs[count(pairs) - 1]
	message := sprintf("Both keys were regenerated less than %d minutes apart, so applications had no key to switch to. %s was regenerated on %s, and %s on %s.", [
		switchover_minutes,
		first.key,
		first.at,
		second.key,
		second.at,
	])
	references := evidence.records_of([first, second])
	step := {"text": "Ask the people who regenerated the keys how applications received the new ones, and delete any copies made in the process."}
}

recent := [attempt | some attempt in input.attempts; attempt.age_days <= days]

# Most accounts have no such attempts, so this is asked first.
any_are_close if {
	some index, second in recent
	index > 0
	are_close(recent[index - 1], second)
}

named := [attempt | some attempt in recent; attempt.outcome == "succeeded"; attempt.key]

effective := [attempt | some attempt in recent; attempt.outcome in {"succeeded", "uncertain"}]

# In the order of time. Of attempts that are close, two neighbours are of different keys if any two are.
pairs := [[first, second] |
	some index, second in named
	index > 0
	first := named[index - 1]
	first.key != second.key
	are_close(first, second)
]

doubtful := [[first, second] |
	some index, second in effective
	index > 0
	first := effective[index - 1]
	are_close(first, second)
	not first.key == second.key
]

are_close(first, second) if {
	time.parse_rfc3339_ns(second.at) - time.parse_rfc3339_ns(first.at) < switchover_minutes * 60000000000
}

unproven contains undecidable if undecided

unproven contains {"message": message, "evidence": evidence.records_of([first, second])} if {
	not undecided
	any_are_close
	[first, second] := doubtful[count(doubtful) - 1]
	message := sprintf("The attempts on %s and %s may have regenerated both keys.", [first.at, second.at])
}

unproven contains {"message": sprintf("The log does not cover all of the last %d days.", [days])} if {
	not undecided
	evidence.silent(days)
}
