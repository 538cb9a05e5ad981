# METADATA
# title: The account has an owner
# description: The account has an owner.
# custom:
#   id: ACME001
#   name: OwnerTag
#   level: warning
package acme.owner_tag

violation contains {"message": "The account has no owner."}
