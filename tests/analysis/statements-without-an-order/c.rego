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
	c = d + 1
	d = c + 1
}

violation contains {"message": "1"} if {
	c = d
	d = c
}

violation contains {"message": "2"} if {
	some x in ys
	ys = [x]
}

violation contains {"message": "3"} if {
	x = [1 | y == 2]
	y = count(x)
}

violation contains {"message": "4"} if {
	every x in [1] { x == y }
	y = 1
}

violation contains {"message": "5"} if {
	every x in [1] { every z in [1] { x + z == y } }
	y = 1
}

violation contains {"message": "6"} if {
	count([1 | every x in [1] { x == y }]) == 1
	y = 1
}
