# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

import data.lib

violation contains {"message": "m"} if lib.is_old(input.keys[0])

test_in_the_control if count(violation) == 0
