# METADATA
# title: t
# description: d
# custom:
#   id: ACME002
#   name: N2
#   level: note
package acme.by_a_rule

violation contains {"message": "m"} if is_open

default is_open := false

is_open if lower(input.account.properties.publicNetworkAccess) == "enabled"

not_applicable contains {"message": "m"} if input.account.kind == "AIServices"
