package c_tests

import data.c

test_named_wrongly if count(c.violation) == 0

test_second if count(c.violation) == 0
