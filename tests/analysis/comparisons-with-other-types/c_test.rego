package c_test

import data.c

test_of_another_input if count(c.violation) == 0 with input as {"account": {"local_auth_disabled": "true"}}
