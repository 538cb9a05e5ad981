# METADATA
# scope: package
# title: Regenerate both API keys of every Azure OpenAI account at least every 90 days
# description: >-
#   An Azure OpenAI or Azure AI Foundry account accepts two API keys, which never expire. A key that was copied, logged
#   or kept by someone who left stays valid until it is regenerated. Regenerate both keys at least every 90 days, and
#   move applications to the other key in between. Azure records no date for these keys, so their age is inferred from
#   exported evidence. The finding names each assumption that it depends on, and the instant at which the account is
#   judged. If the evidence does not prove an age, the control is open.
# related_resources:
#   - ref: https://trendmicro.com/cloudoneconformity/knowledge-base/azure/AIServices/regenerate-access-keys.html
#     description: The rule, as a knowledge base of cloud risks states it
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR001
#   name: KeyRotationOverdue
#   level: warning
#   passes: both keys were set within the limit
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - >-
#       az cognitiveservices account keys regenerate --subscription SUBSCRIPTION --resource-group GROUP --name ACCOUNT
#       --key-name KEY --output none
#     - az resource update --ids ACCOUNT_ID --set properties.disableLocalAuth=true --output none
#   remediation: >-
#     Point applications at one key, regenerate the other, point them at the new one, and regenerate the first. If the
#     evidence leaves the age open, export the evidence that the finding names and audit again.
#   parameters:
#     max_age_days: The maximum age of a key, in days. --max-age sets it too.
package rotaudit.key_rotation_overdue

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.judged
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.records
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation
import data.rotaudit.lib.remediation.decide

default max_age_days := 90

max_age_days := data.params.max_age_days

not_applicable contains reason if some reason in no_keys

violation contains {
	"message": message,
	"keys": keys,
	"evidence": records,
	"steps": remediation.rotate(keys),
} if {
	not undecided
	proven_old
	not proven_young
	old := [key | some key in input.keys; is_old(key)]
	keys := due(old)
	message := sprintf("%s: %s not regenerated within the limit of %d days. %s, %s.", [
		evidence.resting("Overdue"),
		subject(old),
		max_age_days,
		judged,
		concat(", and ", clauses(old)),
	])
}

# If no key alone is proven old, one of the two still can be: then both must be regenerated.
due(old) := [key.name | some key in old] if count(old) > 0

due(old) := ["key1", "key2"] if count(old) == 0

subject(old) := "one of the keys (the evidence does not show which) was" if count(old) == 0

subject(old) := sprintf("%s was", [old[0].name]) if count(old) == 1

subject(old) := "key1 and key2 were" if count(old) == 2

# All instants come after the first sentence, so that this is the same on every day.
clauses(old) := [clause(key.name, key) | some key in old; key.unchanged_since] if count(old) > 0

clauses(old) := [clause("one of the keys", input.oldest_key)] if count(old) == 0

clause(name, key) := evidence.age(name, key) if {
	key.age_days.min > max_age_days
} else := sprintf("%s had not been regenerated since %s or earlier (the start of the evidence), so it is overdue or falls due on %s", [
	name,
	key.unchanged_since,
	evidence.rfc3339_plus(key.unchanged_since, max_age_days),
])

unproven contains {"message": message, "evidence": records, "steps": steps} if {
	not undecided
	not proven_old
	not proven_young
	doubts := evidence.doubts(max_age_days)
	message := sprintf("The evidence does not prove how old the keys are. Reasons: %s.", [evidence.missing(doubts)])
	steps := remediation.settle(doubts)
}

# Only one key is proven old, and the other is neither old nor young: a waiver of the old key does not settle that.
unproven contains {"message": message, "keys": [open[0].name], "evidence": records, "steps": steps} if {
	not undecided
	proven_old
	not proven_young
	count(open) == 1
	doubts := evidence.doubts(max_age_days)
	message := sprintf("The evidence does not prove how old %s is. Reasons: %s.", [
		open[0].name,
		evidence.missing(doubts),
	])
	steps := remediation.settle(doubts)
}

unproven contains object.union(undecidable, {"steps": decide}) if undecided

open := [key | some key in input.keys; not is_old(key); not is_young(key)]

# Rules of their own: if x is unknown, Open Policy Agent takes `not x > y` for undefined, not for true.
proven_old if input.oldest_key.age_days.min_with_tolerance > max_age_days

proven_young if input.oldest_key.age_days.max <= max_age_days

is_old(key) if key.age_days.min_with_tolerance > max_age_days

is_young(key) if key.age_days.max <= max_age_days
