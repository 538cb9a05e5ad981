# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
package c

violation contains {"msg": "m"} if input.gaps

violation contains "m" if input.gaps

violation contains {"message": "m", "severity": "high"} if input.gaps

violation contains {"message": 5} if input.gaps

violation contains {"steps": []} if input.gaps

violation contains element if {
	step := {"text": "Do it.", "argv": "az"}
	element := {"message": "m", "steps": [step], "keys": ["key3", "key1"]}
}

unproven contains {"message": "m", "steps": ["Do it."]} if input.gaps

unproven contains {"message": "m", "steps": [{"text": "t", "alternative": "yes", "command": "az"}]} if input.gaps

unproven contains {"message": "m", "keys": "key1"} if input.gaps

unproven contains {"message": "m", "evidence": [{"input": 0, "line": 1}]} if input.gaps

unproven contains {"message": "m", "evidence": {{"input": 0, "line": "1", "text": "t"}}} if input.gaps

not_applicable contains null if input.gaps

not_applicable contains {"message": sprintf("%v", [1]), "steps": steps, "keys": {key.name | some key in input.keys}} if {
	steps := [step | step := {"text": "t"}]
}

not_applicable contains element if some element in [{"message": "m"}]
