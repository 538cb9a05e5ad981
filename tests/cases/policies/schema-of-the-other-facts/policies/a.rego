# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# schemas:
#   - input: schema.rotaudit.evidence
# custom:
#   id: ACME001
#   name: SomeControl
#   level: note
package acme.a

violation contains {"message": "The account has no key."} if count(input.keys) == 0
