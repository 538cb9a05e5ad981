# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
package c

violation contains {"message": "booleans"} if input.account.local_auth_disabled == "true"

violation contains {"message": "booleans"} if "no" != input.account.local_auth_disabled

violation contains {"message": "booleans"} if input.account.local_auth_disabled == 1

violation contains {"message": "numbers"} if input.oldest_key.age_days.min > "90"

violation contains {"message": "strings"} if input.account.tags.exempt == true

violation contains {"message": "null"} if input.account.created_at == null

violation contains {"message": "words"} if input.as_of_basis == "clok"

violation contains {"message": "words"} if {
	some attempt in input.attempts
	attempt.outcome in {"succeeded", "fialed", 1}
	attempt.key = "key3"
}

violation contains {"message": "through rules and functions"} if {
	basis == "exports"
	first(input.keys).name == "key0"
	is_off == "yes"
}

basis := input.as_of_basis

first(list) := list[0]

default is_off := false

is_off := input.account.local_auth_disabled

# These may be true, or are not known.
violation contains {"message": "right"} if {
	input.account.local_auth_disabled == true
	input.oldest_key.age_days.min > 90
	input.account.tags.exempt == "true"
	input.as_of_basis in ["clock", "given"]
	input.account.kind == "OpenAI"
	object.get(input.account, "local_auth_disabled", "unknown") == "unknown"
	is_word("clock")
	is_word(input.as_of_basis)
	either == "any"
	input.as_of_basis > "d"
}

# It is called with values of several types.
is_word(value) if value == "succeeded"

either := input.as_of_basis

either := input.account.kind if not input.account.tags.x
