# METADATA
# title: t
# description: d
# custom:
#   id: ACME010
#   name: N10
#   level: note
package acme.by_a_default

violation contains {"message": "m"} if location != "westeurope"

default location := ""

location := input.account.location
