# METADATA
# title: t
# description: d
# custom:
#   id: ACME013
#   name: N13
#   level: note
package acme.positive_negation

violation contains {"message": "m"} if not is_private

is_private if lower(input.account.properties.publicNetworkAccess) == "disabled"
