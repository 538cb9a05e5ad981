# METADATA
# title: t
# description: d
# custom:
#   id: ACME011
#   name: N11
#   level: note
package acme.required

violation contains {"message": "m"} if input.account.kind == "AIServices"
