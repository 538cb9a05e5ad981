# METADATA
# title: t
# description: d
# custom:
#   id: ACME003
#   name: N3
#   level: note
package acme.by_a_function

violation contains {"message": key.name} if {
	some key in input.keys
	is_old(key)
}

is_old(key) if key.age_days.min > 30
