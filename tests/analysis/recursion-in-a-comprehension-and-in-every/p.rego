package p

a := [x | some x in b]

b := {y: 1 | every y in c { y > 0 }; some y in [1]}

c contains z if {
	some z in a
}
