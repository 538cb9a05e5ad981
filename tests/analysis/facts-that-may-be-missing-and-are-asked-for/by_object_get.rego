# METADATA
# title: t
# description: d
# custom:
#   id: ACME009
#   name: N9
#   level: note
package acme.by_object_get

violation contains {"message": "m"} if object.get(input.account, "location", "") != "westeurope"
