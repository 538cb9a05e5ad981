# METADATA
# title: t
# description: d
# custom:
#   id: ACME001
#   name: N1
#   level: note
package acme.location

violation contains {"message": "m"} if input.account.location == "westeurope"
