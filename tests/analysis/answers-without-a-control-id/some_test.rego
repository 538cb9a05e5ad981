package acme.some_test

violation contains {"message": "m"}

test_violation if count(violation) == 1
