package b

g(x) := data.a.f(x)

h(x) := data["a"].f(x)
