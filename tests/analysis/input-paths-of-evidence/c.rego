# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
#   about: evidence
package c

violation contains {"message": "m", "subject": "s"} if {
	some account in input.unlisted_accounts
	account.records[0].line
	account.record
}

violation contains {"message": "m", "subject": "s"} if input.inputs[0].lines_with_keys

violation contains {"message": "m", "subject": "s"} if input.keys[0].name
