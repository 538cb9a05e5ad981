# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: high
package acme.owner_tag

violation contains {"message": "The account has no tag owner."} if not input.account.tags.owner
