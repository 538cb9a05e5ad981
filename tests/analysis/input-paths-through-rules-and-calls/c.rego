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

violation contains {"message": lib.named(input.account)} if young(input.keys[0])

violation contains {"message": "m"} if {
	some key in oldest_first
	key.set_at.earlist
	lib.named({"nmae": "a"})
}

oldest_first := array.concat([key | some key in input.keys], [])

young(key) if key.age_days.minimum < 3

unproven contains {"message": newest(input.attempts).by} if newest(input.attempts).caller

newest(attempts) := attempts[count(attempts) - 1]
