# METADATA
# scope: package
# title: Accounts should be opened with Microsoft Entra ID alone
# description: >-
#   As long as keys open an account, they have to be rotated, and whoever has one is nobody in the logs. Where every
#   application uses Microsoft Entra ID (a managed identity, for one), key access can be switched off, and with it the
#   need to rotate.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/ai-services/disable-local-auth
#     description: How to switch key access off
# custom:
#   id: KR008
#   name: LocalAuthEnabled
#   level: note
#   default: false
#   indicator: true
#   remediation: Move applications to Microsoft Entra ID, and switch key access off.
package rotaudit.local_auth_enabled

import data.rotaudit.lib.remediation.switch_off

violation contains {"message": "Keys open the account (disableLocalAuth is not set).", "steps": [step]} if {
	input.account.local_auth_disabled == false
	step := object.union(switch_off, {"text": "Once every application uses Microsoft Entra ID: switch key access off."})
}

unproven contains {"message": "The account list does not say whether keys open the account."} if {
	not is_known
}

is_known if input.account.local_auth_disabled == false

is_known if input.account.local_auth_disabled == true
