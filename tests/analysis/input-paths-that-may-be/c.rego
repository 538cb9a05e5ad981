# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

# Values of several kinds, and what only a test gives.
violation contains {"message": m} if {
	some thing in array.concat(input.keys, input.gaps)
	thing.start
	m := thing.name
	json.unmarshal("{}").anything
	object.union(input.account, {"more": 1}).more
	wrapped := {"account": input.account}
	wrapped.other
	wrapped.account.id
	input.schema == "rotaudit.facts/1"
}
