package c_test

import data.c

test_good if count(c.violation) == 0 with input as with_name("a")

tets_bad if count(c.violation) == 1 with input as facts

todo_test_later if count(c.violation) == 2

with_name(name) := object.union(facts, {"name": name})

facts := {"keys": []}

unused := {"keys": [1]}
