package acme.deny_test

import data.acme.deny

test_deny if count(deny.deny) == 0
