# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeControl
#   level: note
#   about: evidence
package c

violation contains {"message": "m", "subject": "s"} if input.inputs

x := 1 if input

x := 2 if input.inputs

unproven contains {"message": "m", "subject": "s"} if x == 3

not_applicable contains {"message": "m", "subject": "s"} if x == 4
