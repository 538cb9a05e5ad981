# METADATA
# scope: package
# title: Every account must have a key
# description: The control of a test.
# schemas:
#   - input: schema.rotaudit.account
#   - input.account.tags: schema.acme.tags
#   - input.account.tags["cost.center"]: {type: string}
#   - input.account.properties.networkAcls.defaultAction: {type: string}
#   - data.acme: {type: object}
# custom:
#   id: ACME001
#   name: SomeControl
#   level: note
package acme.a

# METADATA
# schemas:
#   - input: schema["rotaudit"]["account"]
violation contains {"message": "The account has no key."} if count(input.keys) == 0
