# METADATA
# scope: package
# title: A rotation that was begun with one key must be finished with the other
# description: >-
#   The rule asks to regenerate both keys, moving applications over in between. Where one key was regenerated, and a
#   week later its partner is still as old as the account, or older than the limit, the rotation was probably begun and
#   forgotten: applications were moved to a new key, and the old one stays valid for whoever has it.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR002
#   name: KeyRotationStalled
#   level: warning
#   indicator: true
#   remediation: Point applications at the key that was regenerated, and regenerate the other one.
#   parameters:
#     stalled_days: How many days may lie between the regenerations of both keys.
#     max_age_days: How old a key may be, in days; --max-age sets it, too.
package rotaudit.key_rotation_stalled

import data.rotaudit.lib.evidence.contradicted
import data.rotaudit.lib.evidence.contradiction
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.records
import data.rotaudit.lib.remediation

default stalled_days := 7

stalled_days := data.params.stalled_days

default max_age_days := 90

max_age_days := data.params.max_age_days

not_applicable contains reason if some reason in no_keys

violation contains {"message": message, "keys": [stale.name], "evidence": records, "steps": remediation.rotate([stale.name])} if {
	not contradicted
	some renewed in input.keys
	renewed.age_days.min > stalled_days
	some stale in input.keys
	stale.name != renewed.name

	# Since the creation sets both keys at once, the younger one was regenerated.
	stale.age_days.min - renewed.age_days.max > stalled_days
	is_left(stale)
	message := sprintf("%s was regenerated on or after %s, at least %d days before the audit, and %s was not: it was last set on or before %s.", [
		renewed.name,
		renewed.set_at.earliest,
		floor(renewed.age_days.min),
		stale.name,
		stale.set_at.latest,
	])
}

unproven contains contradiction if contradicted

# A partner that was regenerated within the limit, if late, ended the rotation that it or the younger one had begun.
is_left(stale) if stale.age_days.min > max_age_days

is_left(stale) if stale.set_at.latest == input.account.created_at

unproven contains {"message": message, "evidence": records} if {
	not contradicted
	some renewed in input.keys
	some stale in input.keys
	stale.name != renewed.name
	not is_settled(renewed, stale)
	message := "The evidence does not tell whether one key was regenerated and the other was left behind."
}

# In no world did the rotation begin with this key and stall.
is_settled(renewed, stale) if {
	renewed.age_days.max <= stalled_days
} else if {
	stale.age_days.max - renewed.age_days.min <= stalled_days
} else if {
	renewed.set_at.latest == input.account.created_at
} else if {
	stale.age_days.max <= max_age_days
	time.parse_rfc3339_ns(stale.set_at.earliest) > time.parse_rfc3339_ns(input.account.created_at)
}
