package c_test

import data.c

test_it if c.violations with input as {}
