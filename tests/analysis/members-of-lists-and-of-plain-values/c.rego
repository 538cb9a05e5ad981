# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violation contains {"message": "an array"} if input.keys.age_days.min > 90

violation contains {"message": "an array"} if input.key_reads.caller_kind == "user"

violation contains {"message": "an array in an element"} if {
	some key in input.keys
	key.attempts.outcome == "failed"
}

violation contains {"message": "an element by its name"} if input.keys["key1"].age_days.min > 90

violation contains {"message": "a member that no element has"} if input.keys.owner == "x"

violation contains {"message": "an array of strings"} if input.rests_on.observed

violation contains {"message": "strings"} if input.account.name.foo == "x"

violation contains {"message": "strings"} if input.account.tags[_].owner == "x"

violation contains {"message": "strings"} if input.account.name[_] == "x"

violation contains {"message": "strings"} if {
	some letter in input.account.location
	letter == "x"
}

violation contains {"message": "strings"} if "x" in input.account.location

violation contains {"message": "booleans and numbers"} if {
	input.account.local_auth_disabled.value == true
	input.oldest_key.age_days.min.days > 90
	every day in input.oldest_key.age_days.max { day > 1 }
}

violation contains {"message": "local variables"} if {
	all := input.keys
	all.name == "key1"
	old := [key | some key in all; key.age_days.min > 90]
	old.name == "key1"
}

violation contains {"message": "rules and functions"} if {
	old_keys.name == "key1"
	is_old(input.keys)
}

old_keys contains key if {
	some key in input.keys
	key.age_days.min > 90
}

is_old(keys) if keys.age_days.min > 90

unproven contains {"message": "m"} if object.get(input.keys, "key1", {}).age_days

unproven contains {"message": "m"} if not input.gaps.start
