package p

f(x) := y if y := h(x) with g as f

g(x) := x

h(x) := g(x)

# A replacement by a value is none of a function.
test_it if h(1) == 1 with g as 2

# A builtin may be replaced, too.
k(x) := y if y := upper(x) with lower as l

l(x) := m(x)

m(x) := k(lower(x))
