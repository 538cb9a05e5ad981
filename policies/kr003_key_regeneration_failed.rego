# METADATA
# scope: package
# title: A regeneration that failed must be repeated until it succeeds
# description: >-
#   If the newest attempt to regenerate a key failed, for example because of a missing right or a lock, the old key is
#   still valid. The people who run the rotation may believe that it was replaced.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema
#     description: The members of an activity-log record
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR003
#   name: KeyRegenerationFailed
#   level: warning
#   indicator: true
#   passes: the log shows no failed regeneration since the keys were last set
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - >-
#       az monitor activity-log list --subscription SUBSCRIPTION --start-time START --end-time END --max-events 100000
#       --output json
#     - >-
#       az cognitiveservices account keys regenerate --subscription SUBSCRIPTION --resource-group GROUP --name ACCOUNT
#       --key-name KEY --output none
#     - az resource update --ids ACCOUNT_ID --set properties.disableLocalAuth=true --output none
#   remediation: Find out why the request failed (a missing right, a lock), and regenerate the key.
package rotaudit.key_regeneration_failed

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.judged
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": keys, "evidence": references, "steps": steps} if {
	not undecided
	some index, failure in failures
	keys := may_be_of(failure)
	message := sprintf("The newest regeneration of %s failed, and none succeeded since. It was attempted on %s%s. %s, the log shows no other.", [
		concat(" or ", keys),
		failure.at,
		evidence.by(failure),
		judged,
	])
	references := evidence.records_of([failure])
	steps := object.get({0: all_steps}, index, [])
}

# Of the first failure and of those after it: the keys take turns in one rotation.
all_steps := array.concat(
	[remediation.look_at(failure) | some failure in failures],
	remediation.rotate([name | some failure in failures; some name in may_be_of(failure)]),
)

# Each key's newest, in the order of time. One that names no key can be the newest of both.
failures := [unanswered[index] | some index in newest]

newest contains index if {
	count(unanswered) > 0
	some name in ["key1", "key2"]
	index := max([at | some at, attempt in unanswered; name in may_be_of(attempt)])
}

# In no world was a key set since that the attempt can have meant.
unanswered := [attempt |
	some attempt in input.attempts
	attempt.outcome == "failed"
	every name in may_be_of(attempt) {
		evidence.unchanged_from(evidence.key_of(name), attempt.at)
	}
]

unproven contains undecidable if undecided

unproven contains {"message": message, "evidence": evidence.records_of([attempt])} if {
	not undecided
	some attempt in input.attempts
	attempt.outcome in {"failed", "uncertain"}
	not evidence.is_undone(attempt)
	some name in may_be_of(attempt)
	evidence.perhaps_since(evidence.key_of(name), attempt.age_days)
	message := sprintf("The evidence does not show whether %s was regenerated after the attempt on %s, which failed or may have failed.", [
		name,
		attempt.at,
	])
}

unproven contains {"message": message} if {
	not undecided
	evidence.silent_since(input.oldest_key)
	message := "The log does not cover all the time since the keys were last set, so an attempt may have failed unseen."
}

may_be_of(attempt) := [attempt.key]

may_be_of(attempt) := ["key1", "key2"] if not attempt.key
