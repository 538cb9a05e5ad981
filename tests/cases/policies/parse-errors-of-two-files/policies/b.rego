# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# custom:
#   id: ACME002
#   name: SomeControl
#   level: note
package acme.b

violation contains {"message": "m"} { count(input.keys) == 0 }
