# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: evidence
package evidence

violation contains {"message": "m"} if input.inputs

violation contains {"message": "m", "subject": " "} if input.inputs

violation contains element if {
	some file in input.inputs
	element := {"message": file.path}
}

violation contains element if {
	some file in input.inputs
	element := {"message": "m", "subject": file.path}
}

violation contains {name: value | some name, value in {"message": "m"}}

violation contains {"message": "m", member: "s"} if some member in ["subject"]

unproven contains {"message": "m", "subject": "s"} if input.inputs

not_applicable contains {"message": "m"} if input.inputs
