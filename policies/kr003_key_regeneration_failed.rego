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
#   remediation: Find out why the request failed (a missing right, a lock), and regenerate the key.
package rotaudit.key_regeneration_failed

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.judged
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": keys, "evidence": evidence.records_of([newest]), "steps": steps} if {
	not undecided
	some name in ["key1", "key2"]
	failures := [attempt | some attempt in unanswered; name in may_be_of(attempt)]
	count(failures) > 0
	newest := failures[count(failures) - 1]
	keys := may_be_of(newest)
	message := sprintf("The newest regeneration of %s failed, and none succeeded since. It was attempted on %s%s. %s, the log shows no other.", [
		concat(" or ", keys),
		newest.at,
		evidence.by(newest),
		judged,
	])
	steps := array.concat([remediation.look_at(newest)], remediation.rotate(keys))
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
	message := sprintf("The evidence does not show whether %s was regenerated after the attempt on %s, which failed or may have failed.", [name, attempt.at])
}

unproven contains {"message": "The log does not cover all the time since the keys were last set, so an attempt may have failed unseen."} if {
	not undecided
	some key in input.keys
	evidence.silent_since(key)
}

may_be_of(attempt) := [attempt.key]

may_be_of(attempt) := ["key1", "key2"] if not attempt.key
