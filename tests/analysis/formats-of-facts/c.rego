# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violation contains {"message": message} if {
	message := sprintf("%d days, %s", [input.oldest_key.age_days.min, input.account.name])
}

violation contains {"message": sprintf("%s", input.account.kind)}

violation contains {"message": sprintf("%v", 1)}

violation contains {"message": sprintf("%v", input.oldest_key)}

violation contains {"message": message} if {
	some key in input.keys
	message := sprintf("%s is %d days old, by %d", [key.name, days(key), key.name])
}

days(key) := key.age_days.max

# These are right.
violation contains {"message": message} if {
	round := round(input.oldest_key.age_days.min)
	some stamp in input.stamps
	values := [stamp.line, round]
	message := concat(" ", [
		sprintf("%d %d %d %d", [round, floor(input.oldest_key.age_days.max), stamp.line, count(input.keys)]),
		sprintf("%v %s", [input.oldest_key.age_days.min, input.account.name]),
		sprintf("%d %d", values),
		sprintf("%v", input.account.properties.list),
		sprintf("100 %%d", []),
	])
}
