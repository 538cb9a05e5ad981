# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: account
#   parameters:
#     limit: The limit.
#     dayz: A misspelt one.
#     "colour": A quoted one.
#     shared: One that only the library reads.
#     unshared: One that a rule of the library reads that the control does not use.
#     kind: One with a default of its own.
package c

import data.lib

violation contains {"message": "m"} if limit + days > lib.shared

default limit := 1

limit := data.params.limit

default days := 1

days := data.params.days

unproven contains {"message": "m"} if input.account.kind == object.get(data.params, "kind", "x")
