# METADATA
# scope: package
# title: Regenerate both API keys of every Azure OpenAI account at least every 90 days
# description: >-
#   An Azure OpenAI or Azure AI Foundry account is opened with two API keys that never expire. A key that was copied,
#   logged or kept by somebody who left stays valid until it is regenerated. Regenerate both at least every 90 days,
#   moving applications to the other key in between. Azure keeps no date for these keys, so their age is inferred
#   from exported evidence, and what the evidence leaves open is reported as open.
# related_resources:
#   - ref: https://trendmicro.com/cloudoneconformity/knowledge-base/azure/AIServices/regenerate-access-keys.html
#     description: The rule, as a knowledge base of cloud risks states it
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR001
#   name: KeyRotationOverdue
#   level: warning
#   remediation: >-
#     Point applications at one key, regenerate the other, point them at the new one, and regenerate the first. Where the
#     evidence leaves the age open, export what the finding names and audit again.
#   parameters:
#     max_age_days: How old a key may be, in days; --max-age sets it, too.
package rotaudit.key_rotation_overdue

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.contradicted
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.records
import data.rotaudit.lib.remediation

default max_age_days := 90

max_age_days := data.params.max_age_days

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": keys, "evidence": records, "steps": remediation.rotate(keys)} if {
	not contradicted
	proven_old
	old := [key | some key in input.keys; key.age_days.min > max_age_days]
	keys := due(old)
	message := sprintf("%s. The limit is %d days.", [concat(", and ", ages(old)), max_age_days])
}

# One of the keys can be proven old without a proof of which: then both are to be regenerated.
due(old) := [key.name | some key in old] if count(old) > 0

due(old) := ["key1", "key2"] if count(old) == 0

ages(old) := [evidence.age(key.name, key) | some key in old; key.set_at.latest] if count(old) > 0

ages(old) := [evidence.age("One of the keys, the log does not tell which,", input.oldest_key)] if count(old) == 0

unproven contains {"message": message, "evidence": records, "steps": steps} if {
	not contradicted
	not proven_old
	not proven_young
	doubts := evidence.doubts(max_age_days)
	message := sprintf("The evidence does not prove how old the keys are: %s.", [evidence.missing(doubts)])
	steps := remediation.settle(doubts)
}

unproven contains {"message": "The evidence contradicts itself (KR010), so it proves nothing about the keys' age."} if contradicted

# Rules of their own: where x is unknown, Open Policy Agent takes `not x > y` for undefined, not for true.
proven_old if input.oldest_key.age_days.min > max_age_days

proven_young if input.oldest_key.age_days.max <= max_age_days
