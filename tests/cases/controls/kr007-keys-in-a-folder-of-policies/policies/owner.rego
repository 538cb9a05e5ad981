# METADATA
# title: Accounts need an owner
# description: "api-key: 4f1d2c3b5a69788796a5b4c3d2e1f00f"
# custom:
#   id: ACME001
#   name: Owner
#   level: note
package acme.owner

violation contains {"message": "x"} if input.account.tags.nobody
