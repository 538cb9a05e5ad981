# METADATA
# title: t
# description: d
# custom:
#   id: ACME008
#   name: N8
#   level: note
package acme.by_another_bound

violation contains {"message": key.name} if {
	some key in input.keys
	key.age_days.min > 30
}

unproven contains {"message": "m"} if not is_young

is_young if input.oldest_key.age_days.max <= 30
