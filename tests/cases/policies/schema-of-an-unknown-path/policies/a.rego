# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# custom:
#   id: ACME001
#   name: SomeControl
#   level: note
package acme.a

# METADATA
# title: x
# schemas:
#   - input.acount: schema.acme.account
violation contains {"message": "The account has no key."} if count(input.keys) == 0
