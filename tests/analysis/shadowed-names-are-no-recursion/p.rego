package p

keys(keys) := [keys | some keys in keys]

due(old) := [due | some due in old]

old := [key | some old in [1]; key := old]

limit := x if {
	limit := 3
	x := limit
}

every_one if every every_one in [1] { every_one > 0 }

f(limit) := {limit: old | some old in limit}
