# METADATA
# title: The account has an owner
# description: The account has an owner.
# custom:
#   id: ACME002
#   name: OwnerTag
#   level: warning
package acme.load_test

violation contains {"message": "The account has no owner."}
