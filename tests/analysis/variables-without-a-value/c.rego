# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
package c

violation contains {"message": "in a body"} if x > 1

violation contains {"message": m} if {
	m := "assigned"
	not y
}

unproven contains {"message": nothing} if input.gaps

unproven contains {"message": unified} if unified = "a value"

unproven contains {"message": text, "keys": [key.name | some key in input.keys]} if text := helper

not_applicable contains {"message": "twice"} if {
	z := 1
	z := 2
}

helper := value if value == 1

other(argument) := [argument, free] if true

violation contains {"message": "only compared"} if m == 3

violation contains {"message": "in a comprehension"} if {
	count([key | some key in input.keys; key.name != wanted]) > 0
}

violation contains {"message": message} if message == "compared"

violation contains {"message": "declared"} if {
	some kind
	kind == input.account.kind
}

violation contains {"message": "in an index and compared"} if {
	some tag, owner
	input.account.tags[tag] == owner
}

# These have a value.
violation contains {"message": "declared and bound"} if {
	some position, tag, owner, number
	input.account.tags[tag] = owner
	input.keys[position].name == "key1"
	number := count(owner)
	number > 0
}

violation contains {"message": "bound"} if {
	input.keys[index].name == "key1"
	index == 0
	[first, _] = ["a", "b"]
	first == "a"
	upper("a", letter)
	letter == "A"
	every key in input.keys { key.name != first }
	some position, gap in input.gaps
	position == 0
	gap.start == gap.end
}
