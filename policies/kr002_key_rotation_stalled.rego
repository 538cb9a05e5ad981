# METADATA
# scope: package
# title: A rotation that was started with one key must be finished with the other
# description: >-
#   Both keys must be regenerated, with applications moved to the other key in between. If one key was regenerated, and
#   a week later the other is still as old as the account or older than the limit, the rotation was probably started and
#   forgotten: applications use the new key, and the old one stays valid for everyone who has it.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR002
#   name: KeyRotationStalled
#   level: warning
#   indicator: true
#   passes: no rotation stalled after the regeneration of one key
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - >-
#       az cognitiveservices account keys regenerate --subscription SUBSCRIPTION --resource-group GROUP --name ACCOUNT
#       --key-name KEY --output none
#     - az resource update --ids ACCOUNT_ID --set properties.disableLocalAuth=true --output none
#   remediation: Point applications at the key that was regenerated, and regenerate the other one.
#   parameters:
#     stalled_days: The maximum number of days between the regenerations of both keys.
#     max_age_days: The maximum age of a key, in days. --max-age sets it too.
package rotaudit.key_rotation_stalled

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.judged
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.records
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation

default stalled_days := 7

stalled_days := data.params.stalled_days

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
	some renewed in input.keys
	renewed.age_days.min > stalled_days
	some stale in input.keys
	stale.name != renewed.name

	# Creation sets both keys at once, so the younger one was regenerated.
	days_apart(stale.age_days.min, renewed.age_days.max) > stalled_days
	is_left(stale)
	keys := [stale.name]
	message := sprintf("%s was regenerated, and %s was not within %d days. %s was regenerated on or after %s. %s, %s.", [
		renewed.name,
		stale.name,
		stalled_days,
		renewed.name,
		renewed.set_at.earliest,
		judged,
		evidence.age(stale.name, stale),
	])
}

unproven contains undecidable if undecided

unproven contains {"message": message, "evidence": records} if {
	not undecided
	some renewed in input.keys
	some stale in input.keys
	stale.name != renewed.name
	not is_settled(renewed, stale)
	message := "The evidence does not show whether one key was regenerated and the other was not."
}

# A partner that was regenerated late, but within the limit, ended the rotation that either key had begun.
is_left(stale) if stale.age_days.min > max_age_days

is_left(stale) if stale.unchanged_since == input.account.created_at

# In no world did the rotation begin with this key and stall.
is_settled(renewed, stale) if {
	renewed.age_days.max <= stalled_days
} else if {
	renewed.set_at.latest == input.account.created_at
} else if {
	stale.age_days.max <= max_age_days
	time.parse_rfc3339_ns(stale.set_at.earliest) > time.parse_rfc3339_ns(input.account.created_at)
} else if {
	latest := time.parse_rfc3339_ns(renewed.set_at.latest)
	latest - time.parse_rfc3339_ns(stale.set_at.earliest) <= (stalled_days * ms_per_day) * 1000000
}

# To the millisecond: the ages are binary fractions of days, and the difference of two that are exactly a week apart can
# be a little more or less than 7.
days_apart(older, younger) := round((older - younger) * ms_per_day) / ms_per_day

ms_per_day := 86400000
