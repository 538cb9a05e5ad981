# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violation := [{"message": "m"}]

unproven[x] if some x in input.keys

not_applicable(x) := x

default unproven := set()
