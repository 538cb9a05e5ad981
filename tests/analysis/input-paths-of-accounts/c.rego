# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

import input.account as acc
import input.acount as other

violation contains {"message": "m"} if input.acount.id

violation contains {"message": "m"} if input.account["nmae"] == "a"

violation contains {"message": m} if {
	x := input.account
	m := x.locaton
	x.location
	x.tags.anything
}

violation contains {"message": "m"} if {
	some key in input.keys
	key.age_days.min > 3
	key.age.min > 3
}

violation contains {"message": "m"} if {
	some i, gap in input.gaps
	input.gaps[i].strat
	gap.start
	input.keys[_].gaps[0].end
	input.keys[_].gap
}

violation contains {"message": "m"} if {
	old := [key | some key in input.keys; key.age_days.max > 1]
	names := {key.nam | some key in old}
	names[_] == old[0].name
	every attempt in input.attempts { attempt.outcom == "failed" }
	acc.idd
	other
}

unproven contains {"message": m} if {
	m := object.get(input.account, "locatoin", "nowhere")
	object.get(input.account, "location", "nowhere")
}

# Members that only evidence has.
unproven contains {"message": "m"} if count(input.unlisted_accounts) > 0

unproven contains {"message": "m"} if not input.oldest_key.age_days.mx
