# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: warning
#   indicator: true
package acme.owner_tag

unproven contains {"message": "The list may be old."} if not input.account.tags.owner
