# METADATA
# schemas:
#   - input: schema.rotaudit.evidence
package shared.evidence

keys := input.keys

inputs := input.inputs
