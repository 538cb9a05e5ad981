# METADATA
# title: t
# description: d
# custom:
#   id: ACME1
#   name: A
#   level: note
package acme.a

violation contains {"message": "m"} if input.account.kind == "AIServices"

violation contains {"message": "0"} if {
	z = y + 1
	y = 1
	z == 2
}

violation contains {"message": "1"} if {
	z := [x | some x in [1]; x == y]
	y = 1
	count(z) == 1
}

violation contains {"message": "2"} if {
	y = 1
	every x in [1] { x == y }
}

violation contains {"message": "3"} if {
	every x in [1] { x == y; y = 1 }
}

violation contains {"message": "4"} if {
	some x in ys
	ys = [1]
	x == 1
}

violation contains {"message": "5"} if {
	a = input.keys[b].name
	b = count(a) - 4
	b == 0
}

violation contains {"message": "6"} if {
	{"a": x} = {"a": y}
	y = 1
	x == 1
}

violation contains {"message": "7"} if {
	not is_one(y)
	y = 2
}

violation contains {"message": "8"} if {
	x = limit
	x == 1
}

violation contains {"message": "9"} if {
	every x in [1] { x == limit }
	limit = 1
}

is_one(x) if x == 1

limit := 1
