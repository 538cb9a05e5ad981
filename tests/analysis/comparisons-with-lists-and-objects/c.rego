# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violation contains {"message": "elements"} if "user" in input.key_reads

violation contains {"message": "elements"} if "observd" in input.rests_on

violation contains {"message": "elements"} if 1 in input.rests_on

violation contains {"message": "arrays"} if input.attempts > 3

violation contains {"message": "arrays"} if input.key_reads == "user"

violation contains {"message": "arrays"} if "declared" == input.rests_on

violation contains {"message": "arrays"} if input.attempts == true

violation contains {"message": "arrays"} if input.attempts != null

violation contains {"message": "objects"} if input.oldest_key.age_days > 90

violation contains {"message": "objects"} if input.account.tags == "x"

violation contains {"message": "sets"} if old_keys > 1

old_keys contains key if {
	some key in input.keys
	key.age_days.min > 90
}

# These may be true.
violation contains {"message": "right"} if {
	"observed" in input.rests_on
	"x" in input.account.tags
	"x" in input.account.properties.list
	input.account.properties.list == "x"
	input.account.properties.limit > 3
	input.attempts == []
	count(input.attempts) > 3
	"key1" in {key.name | some key in old_keys}
	input.keys[0] in old_keys
}
