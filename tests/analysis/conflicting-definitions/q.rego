package q

one := 1
one := 2

same := 1
same := 1

conditional := 1 if input.a
conditional := 2 if input.b

mixed := 1
mixed contains 1

f(x) := x
f(x, y) := [x, y]

default g(_) := 1
g(x) := x

default twice := 1
default twice := 2
twice := 3 if input.a

by_key[x] := 1 if some x in input.keys
by_key["a"] := 2

inner := {"a": 1}
