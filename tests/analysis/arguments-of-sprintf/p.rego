package p

few := sprintf("%s is %v", ["a"])

many := sprintf("100 %% of %s", ["a", "b"])

right := sprintf("%s is %d", ["a", 1])

fraction := sprintf("%d days", [1.5])

computed := sprintf("%s %s", input.list)

extra if { x := count([1], 1); x > 0 }
