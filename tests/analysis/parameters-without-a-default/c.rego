# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

import data.params as given

limit := data.params.limit

default computed := data.params.computed

default called := max([1, 2])

default listed := [input.account.kind]

violation contains {"message": "read in an answer"} if input.oldest_key.age_days.min > data.params.days

violation contains {"message": "read in a rule"} if {
	input.oldest_key.age_days.min > limit
	is_old(input.keys[0])
	label == computed
	called == listed
	input.account.kind == kind_of(input.account)
}

violation contains {"message": "read without its default"} if {
	some key in input.keys
	key.age_days.max > data.params.months
	count([old | some old in input.keys; old.age_days.min > given.years]) > months
}

default months := 3

months := data.params.months

is_old(key) if key.age_days.min > data.params["old_days"]

label := sprintf("%s-%s", [data.params.prefix, input.account.name]) if input.account.name

kind_of(account) := [data.params.kind, account.kind][0]

all_days := data.params.work_days if input.account.kind == "OpenAI"

all_days := data.params.all_days if input.account.kind == "AIServices"

unproven contains {"message": "m"} if {
	all_days > 3
	some name in names
	name == "x"
}

names contains data.params.name
