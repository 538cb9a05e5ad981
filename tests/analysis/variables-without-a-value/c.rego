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
