# METADATA
# scope: package
# title: Accounts should accept only Microsoft Entra ID
# description: >-
#   As long as an account accepts API keys, they must be rotated, and the logs do not identify who used a key. If every
#   application uses Microsoft Entra ID (for example with a managed identity), key access can be switched off, and the
#   keys need no rotation.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/ai-services/disable-local-auth
#     description: How to switch key access off
# custom:
#   id: KR008
#   name: LocalAuthEnabled
#   level: note
#   default: false
#   indicator: true
#   passes: the account does not accept API keys
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - az resource update --ids ACCOUNT_ID --set properties.disableLocalAuth=true --output none
#   remediation: Move applications to Microsoft Entra ID, and then switch key access off.
package rotaudit.local_auth_enabled

import data.rotaudit.lib.evidence
import data.rotaudit.lib.evidence.undecidable
import data.rotaudit.lib.remediation.switch_off

violation contains {"message": "The account accepts API keys (disableLocalAuth is not set).", "steps": [step]} if {
	not in_doubt
	input.account.local_auth_disabled == false
	text := "Once every application uses Microsoft Entra ID, switch key access off."
	step := object.union(switch_off, {"text": text})
}

unproven contains {"message": "The account list does not say whether the account accepts API keys."} if {
	not in_doubt
	not is_known
}

unproven contains undecidable if in_doubt

# The account may not exist, or its list is out of date. Evidence about keys that contradicts itself leaves that alone.
in_doubt if {
	evidence.undecidable_by({"deleted_after_list", "earlier_account", "local_auth_uncertain", "lists_contradict"})
}

is_known if input.account.local_auth_disabled == false

is_known if input.account.local_auth_disabled == true
