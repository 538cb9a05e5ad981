package p

a := [x |
	some i
	x := data.p.b with input as input.keys[i]
]

# Written so, it is the same.
aa := [x |
	some key in input.keys
	x := data.p.b with input as key
]

b := sprintf("%10s|%-5v", ["a", "b"])

c := sprintf("%t", [true])

d := sprintf("%d", ["1"])

e := sprintf("%s %02d %.2f %d%% %v", ["a", 1, 2.0, 3, true])

f := strings.replace_n({"a": "b"}, "a")

g := strings.count("a", "a")

h := [x | some b in input.keys; x := b]

i := [x | some key in input.keys; x := key]

j if not input.account.location < "m"

# What can be unknown is asked for in a rule of its own, or compared for being equal.
k if not is_early

is_early if input.account.location < "m"

l if not input.account.location == "m"

m(x) if not startswith(x, "m")
