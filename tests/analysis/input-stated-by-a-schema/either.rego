package shared.either

keys := input.keys

inputs := input.inputs
