# METADATA
# scope: package
# title: Both keys must not be regenerated at once
# description: >-
#   There are two keys so that applications use one while the other is regenerated. Where both were regenerated within
#   an hour, applications had no key to switch to: they broke, or they were given keys by hand in a hurry, which is when
#   keys end up in mails and tickets.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR005
#   name: KeysRegeneratedWithoutSwitchover
#   level: note
#   indicator: true
#   remediation: >-
#     Next time, move applications to the other key before each regeneration, and look for copies of the keys that were
#     handed out then.
#   parameters:
#     switchover_minutes: How many minutes have to lie between the regenerations of both keys.
#     max_age_days: How many days back the log is expected to be whole; --max-age sets it, too.
package rotaudit.keys_regenerated_without_switchover

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.contradicted
import data.rotaudit.lib.evidence.contradiction
import data.rotaudit.lib.evidence.no_keys

default switchover_minutes := 60

switchover_minutes := data.params.switchover_minutes

default max_age_days := 90

max_age_days := data.params.max_age_days

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": ["key1", "key2"], "evidence": evidence.records_of([first, second]), "steps": [step]} if {
	not contradicted
	[first, second] := pairs[count(pairs) - 1]
	message := sprintf("Both keys were regenerated less than %d minutes apart, %s on %s and %s on %s: applications had no key to switch to.", [
		switchover_minutes,
		first.key,
		first.at,
		second.key,
		second.at,
	])
	step := {"text": "Ask who regenerated them how applications came by the new keys, and remove the copies that were made on the way."}
}

# In the order of time.
pairs := [[first, second] |
	some index, second in input.attempts
	second.outcome == "succeeded"
	some first in array.slice(input.attempts, max([0, index - 100]), index)
	first.outcome == "succeeded"
	first.key != second.key
	are_close(first, second)
]

are_close(first, second) if {
	time.parse_rfc3339_ns(second.at) - time.parse_rfc3339_ns(first.at) < switchover_minutes * 60000000000
}

unproven contains contradiction if contradicted

unproven contains {"message": message, "evidence": evidence.records_of([first, second])} if {
	not contradicted
	some index, second in input.attempts
	second.outcome in {"succeeded", "uncertain"}
	some first in array.slice(input.attempts, max([0, index - 100]), index)
	first.outcome in {"succeeded", "uncertain"}
	are_close(first, second)
	not first.key == second.key
	message := sprintf("The attempts on %s and %s may have regenerated both keys.", [first.at, second.at])
}

unproven contains {"message": sprintf("The log does not cover all of the last %d days.", [max_age_days])} if {
	not contradicted
	evidence.silent(max_age_days)
}
