package p

# What a name is made from does not see the name.
a := b if {
	a := a
	b := a
}

c := [c | some c in c]

# Only an inner query has the name.
d := x if {
	y := [d | some d in [1]]
	x := d
	y
}
