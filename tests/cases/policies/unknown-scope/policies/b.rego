# METADATA
# scope: rule
# title: Every account must have a key
# description: The control of a test.
# custom:
#   id: ACME002
#   name: SomeControl
#   level: note
package acme.b

violation contains {"message": "The account has no key."} if count(input.keys) == 0
