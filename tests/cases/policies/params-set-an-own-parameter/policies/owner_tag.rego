# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: warning
package acme.owner_tag

default owner_tag := "owner"

owner_tag := data.params.owner_tag

violation contains {"message": sprintf("No tag %s.", [owner_tag])} if not input.account.tags[owner_tag]
