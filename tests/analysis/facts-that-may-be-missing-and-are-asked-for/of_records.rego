# METADATA
# title: t
# description: d
# custom:
#   id: ACME012
#   name: N12
#   level: note
package acme.of_records

violation contains {"message": "m"} if {
	some attempt in input.attempts
	attempt.caller_kind == "user"
}

# A text of the message, which has one sentence less.
violation contains {"message": concat(" ", places)} if input.account.kind == "AIServices"

places := [place | place := input.account.location]
