package c_test

import data.c

test_of_a_parameter if count(c.violation) == data.params.count with data.params.count as 0
