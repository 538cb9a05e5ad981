# METADATA
# scope: package
# title: Keys that fall due soon should be rotated in time
# description: >-
#   The account is compliant now, but it will be overdue in a few days unless its keys are regenerated. A rotation takes
#   time, because applications must be moved to the other key before each regeneration.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
# custom:
#   id: KR004
#   name: KeyRotationDueSoon
#   level: note
#   indicator: true
#   passes: no key falls due within due_soon_days
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - >-
#       az cognitiveservices account keys regenerate --subscription SUBSCRIPTION --resource-group GROUP --name ACCOUNT
#       --key-name KEY --output none
#     - az resource update --ids ACCOUNT_ID --set properties.disableLocalAuth=true --output none
#   remediation: Rotate the keys before the day in the finding.
#   parameters:
#     due_soon_days: How many days before a key falls due the control reports it.
#     max_age_days: The maximum age of a key, in days. --max-age sets it too.
package rotaudit.key_rotation_due_soon

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.no_keys
import data.rotaudit.lib.evidence.records
import data.rotaudit.lib.evidence.undecided
import data.rotaudit.lib.remediation

default due_soon_days := 14

due_soon_days := data.params.due_soon_days

default max_age_days := 90

max_age_days := data.params.max_age_days

not_applicable contains reason if some reason in no_keys

not_applicable contains {"message": message} if {
	not is_compliant
	message := "The keys are not proven to be within the limit now (KR001), so the control does not check when they fall due."
}

is_compliant if {
	not undecided
	input.oldest_key.age_days.max <= max_age_days
}

violation contains {
	"message": message,
	"keys": keys,
	"evidence": records,
	"steps": remediation.rotate(keys),
} if {
	is_compliant
	input.oldest_key.age_days.min >= max_age_days - due_soon_days
	message := sprintf("The older key falls due within %d days. It falls due on %s at the latest, unless it is regenerated.", [
		due_soon_days,
		evidence.rfc3339_plus(input.oldest_key.unchanged_since, max_age_days),
	])
	keys := due([key.name | some key in input.keys; key.age_days.min >= max_age_days - due_soon_days])
}

# It can be proven that one of the keys falls due, and not which one.
due(keys) := keys if count(keys) > 0

due(keys) := ["key1", "key2"] if count(keys) == 0

unproven contains {"message": message} if {
	is_compliant
	input.oldest_key.age_days.min < max_age_days - due_soon_days
	input.oldest_key.age_days.max >= max_age_days - due_soon_days
	message := sprintf("The evidence does not show when the older key falls due. It falls due on %s at the earliest.", [
		evidence.rfc3339_plus(input.oldest_key.set_at.earliest, max_age_days),
	])
}
