# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

default limit := 90

limit := data.params.limit

# By a rule without the parameter, or an else.
days := data.params.days if data.params.days

days := 3 if not data.params.days

months := data.params.months if {
	data.params.months > 0
} else := 12

kind := object.get(data.params, "kind", "OpenAI")

names := object.get(data.params, ["names", "all"], [])

default is_strict := false

is_strict if data.params.strict == true

default f(_) := 1

f(x) := x + data.params.addend

# An audit always sets these.
violation contains {"message": "set"} if {
	input.oldest_key.age_days.min > data.params.max_age_days
	input.account.kind in data.params.kinds
	data.params.stamps
}

violation contains {"message": "m"} if {
	not data.params.off == false
	not data.params.on
	not is_strict
	limit > days
	months > f(1)
	kind in names
	count([1 | not data.params.other]) == 0
}

# A parameter that must be set.
violation contains {"message": "m"} if input.account.kind == data.params.required

unproven contains {"message": "The parameter required is not set."} if not data.params.required
