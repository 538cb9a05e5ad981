package c_test

import data.c

test_other if count(c.violation) == 0 with input as {"acount": 1, "keys": []}

test_wrong if input.acount

mock := {"acount": 1}

test_mock if mock.acount == input.acount with input as mock
