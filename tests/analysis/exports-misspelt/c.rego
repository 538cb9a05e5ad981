# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

violations contains {"message": "m"} if input.keys

unproven contains {"message": "m"} if input.gaps

recursion_is_no_use := 1
