# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
package c

default limit := 3

limit := data.params.limit

violation contains {"message": text} if count(input.keys) > limit

text := "too many"

not_applicable contains {"message": "m"} if input.account.local_auth_disabled
