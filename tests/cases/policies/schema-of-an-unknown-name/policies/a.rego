# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# schemas:
#   - data.acme: schema.acme.data
#   - input: schema.rotaudit.acount
# custom:
#   id: ACME001
#   name: SomeControl
#   level: note
package acme.a

violation contains {"message": "The account has no key."} if count(input.keys) == 0
