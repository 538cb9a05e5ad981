# METADATA
# title: t
# description: d
# custom:
#   id: ACME004
#   name: N4
#   level: note
package acme.stamps

violation contains {"message": "m"} if {
	some key in input.keys
	key.stamp < "2026-01"
}

# This does not ask for stamps.
unproven contains {"message": "m"} if not input.oldest_key.age_days.max
