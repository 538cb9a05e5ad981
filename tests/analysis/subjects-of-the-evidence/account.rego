# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X002
#   name: SomeX002
#   level: note
package account

violation contains {"message": "m"} if input.keys
