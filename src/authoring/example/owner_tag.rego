# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: >-
#   Keys are rotated by people. If an account names no owner, nobody receives the findings about its keys, and the keys
#   of a forgotten account grow old unnoticed.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
#     description: Tags of Azure resources
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: warning
#   remediation: Tag the account with the team that rotates its keys.
#   commands:
#     - az tag update --resource-id ACCOUNT_ID --operation Merge --tags owner=TEAM --output none
#   parameters:
#     owner_tag: The name of the tag with the owner.
#   frameworks:
#     ACME security handbook: ["4.2"]
package acme.owner_tag

# The parameter's default. A line in a file for --params sets another value: `owner_tag: team`.
default owner_tag := "owner"

owner_tag := data.params.owner_tag

# Each element is a finding. An account without an element of violation, unproven or not_applicable passes.
violation contains {"message": message, "steps": [step]} if {
	not is_owned
	message := sprintf("The account has no tag %s.", [owner_tag])

	# A step can have its command as `argv`, but only with words that the facts give: nothing here knows the team.
	step := {"text": "Tag it with the team that rotates its keys."}
}

# Azure compares the names of tags without case.
is_owned if {
	some name, value in input.account.tags
	lower(name) == lower(owner_tag)
	value != ""
}
