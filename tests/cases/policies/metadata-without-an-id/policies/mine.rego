# METADATA
# scope: package
# title: Accounts must name an owner
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   name: OwnerTagMissing
#   level: warning
#   frameworks:
#     Acme: ["1.1"]
package acme.owner_tag

violation contains {"message": "The account has no tag owner."} if not input.account.tags.owner
