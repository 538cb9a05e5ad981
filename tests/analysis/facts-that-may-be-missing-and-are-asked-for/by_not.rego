# METADATA
# title: t
# description: d
# custom:
#   id: ACME006
#   name: N6
#   level: note
package acme.by_not

violation contains {"message": "m"} if input.account.location == "westeurope"

unproven contains {"message": "m"} if not input.account.location
