# METADATA
# title: Every account must name its owner in a tag
# description: A sandbox needs no owner.
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: warning
package acme.owner_tag

not_applicable contains {"message": "It is a sandbox."} if input.account.tags.env == "sandbox"

violation contains {"message": "The account has no tag owner."} if not input.account.tags.owner

unproven contains {"message": "The region is not known."} if not input.account.location
