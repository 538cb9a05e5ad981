package p

r := [1e300, 2E-7, 0e10000000]
