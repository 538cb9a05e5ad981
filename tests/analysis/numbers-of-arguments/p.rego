package p

f(x, y) := [x, y]

a := f(1)

b := f(1, 2)

c := upper()

d := upper("a")

e if upper("a", x)

g if split("a", "b", x, 4)
