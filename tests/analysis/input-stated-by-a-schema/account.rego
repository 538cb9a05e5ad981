# METADATA
# schemas:
#   - input: schema.rotaudit.account
package shared.account

keys := input.keys

inputs := input.inputs
