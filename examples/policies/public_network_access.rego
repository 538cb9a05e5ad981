# METADATA
# scope: package
# title: Accounts must accept requests from named networks only
# description: >-
#   If an account accepts requests from any network, everyone who has a key can use it from anywhere. With public network
#   access off, or limited to networks that are named, a key that leaked is worth less.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
#     description: Networks of Azure AI services
# custom:
#   id: ACME002
#   name: PublicNetworkAccess
#   level: warning
#   remediation: Disable public network access, or deny by default and name the networks that may connect.
package acme.public_network_access

violation contains {"message": "The account accepts requests from any network."} if {
	access == "enabled"
	not denies_by_default
}

# Properties that are not known prove nothing. Without this rule, the account would pass.
unproven contains {"message": "The account list does not show whether public network access is on."} if not access

access := lower(input.account.properties.publicNetworkAccess)

denies_by_default if lower(input.account.properties.networkAcls.defaultAction) == "deny"
