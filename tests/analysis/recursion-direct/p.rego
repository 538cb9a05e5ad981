package p

f(x) := f(x - 1) if x > 0

fine(x) := g(x)

g(x) := x
