# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

not_applicable contains {"message": "m"} if input.keys
