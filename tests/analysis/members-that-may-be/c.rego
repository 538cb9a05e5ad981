# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violation contains {"message": "indexes"} if {
	input.keys[_].name == "key1"
	input.keys[0].name == "key1"
	some i
	input.keys[i].gaps[_].end == input.gaps[i].end
	index := count(input.keys) - 1
	input.keys[index].attempts[index].outcome == "failed"
	all := input.keys
	all[0].age_days.min > 90
	some j, key in all
	key == all[j]
}

violation contains {"message": "any property"} if {
	input.account.properties.a.b[_].c == "x"
	input.account.properties[_].a
	input.account.properties.networkAcls["x"][0]
	input.account.tags["a.b"] == "x"
	some name, value in input.account.tags
	input.account.tags[name] == value
	some rule in input.account.properties.rules
	rule.a
}

violation contains {"message": "elements of sets"} if {
	names.key1
	names["key2"]
	ages[input.keys[0].name].min > 90
	ages.key1.min > 90
}

names contains key.name if some key in input.keys

ages[key.name] := key.age_days if some key in input.keys

# Only some values get to a member.
violation contains {"message": "functions that test types"} if {
	some thing in [input.account.name, input.account]
	label(thing) == "x"
	label(input.account.name) == "x"
	second(input.account.name) == "x"
	third(input.keys) == "x"
}

label(thing) := thing if is_string(thing)

label(thing) := thing.name if is_object(thing)

second(thing) := thing.name if {
	type_name(thing) == "object"
}

third(thing) := thing.name if {
	is_object(thing)
} else := "x"

violation contains {"message": "one of several types"} if {
	either.name == "x"
	json.unmarshal(input.account.name).x
	split(input.account.name, "-")[0] == "x"
}

default either := ""

either := input.account

unproven contains {"message": "unknown"} if not input.account.properties

unproven contains {"message": "unknown"} if not input.oldest_key.age_days.max
