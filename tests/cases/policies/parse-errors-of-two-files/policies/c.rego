# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# custom:
#   id: ACME003
#   name: SomeControl
#   level: note
package acme.c

violation contains {"message": "The account has no key."} if count(input.keys) == 0
