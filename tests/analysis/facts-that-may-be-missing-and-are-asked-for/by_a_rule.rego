# METADATA
# title: t
# description: d
# custom:
#   id: ACME007
#   name: N7
#   level: note
package acme.by_a_rule

violation contains {"message": "m"} if access == "enabled"

unproven contains {"message": "m"} if not access

access := lower(input.account.properties.publicNetworkAccess)
