# METADATA
# scope: package
# title: The records, the readings and the creation of an account must not contradict each other
# description: >-
#   The activity log shows when a key was regenerated, and the month in a key shows when it was last set. The account
#   list shows when the account was created, and no earlier request can be about its keys. If these statements cannot
#   all be true, a file was altered, belongs to another account, or was declared complete and is not. Then none of them
#   proves how old the keys are until the wrong one is found.
# related_resources:
#   - ref: https://github.com/microsoft/security-utilities
#     description: The form of keys that carry a month
# custom:
#   id: KR010
#   name: EvidenceContradictory
#   level: warning
#   passes: the statements of the evidence about the account do not contradict each other
#   precision: very-high
#   tags: [azure, key-rotation]
#   commands:
#     - rotaudit export-script --key-stamps --account ACCOUNT_ID
#   remediation: Export the log, the stamps and the account list from Azure again, and find out which file was wrong.
package rotaudit.evidence_contradictory

import data.rotaudit.lib.evidence
import data.rotaudit.lib.remediation.collect_again
import data.rotaudit.lib.remediation.list_again

violation contains {"message": message, "evidence": references, "steps": collect_again} if {
	some contradiction in input.contradictions
	count(contradiction.stamps) > 0
	message := cannot_all_be_true(statements(contradiction))
	stamps := evidence.stamps_of(contradiction.stamps)
	references := array.concat(stamps, evidence.records_of(evidence.newest(contradiction.attempts, 20)))
}

# Without a reading, only the date of creation can contradict the log.
violation contains {"message": message, "evidence": references, "steps": list_again} if {
	some contradiction in input.contradictions
	count(contradiction.stamps) == 0
	requests := evidence.newest(contradiction.attempts, 20)
	last := requests[count(requests) - 1]
	earlier := sprintf("the log has a request about the account's keys before that, on %s", [last.at])
	since := "the log is complete from then on, and shows no deletion of the account before its creation"
	message := cannot_all_be_true(array.concat(creation(contradiction), [earlier, since]))
	references := [reference |
		some request in requests
		some record in request.records
		text := sprintf("%s: request about the account's keys, %s%s", [
			record.at,
			replace(record.status, "_", " "),
			evidence.by(request),
		])
		reference := {"input": record.input, "line": record.line, "text": text}
	]
}

cannot_all_be_true(all) := sprintf("The evidence contradicts itself. These statements cannot all be true: %s.", [
	concat("; ", all),
])

statements(contradiction) := array.concat(
	[evidence.said(stamp) | some stamp in contradiction.stamps],
	array.concat(array.concat(regenerations(contradiction.attempts), creation(contradiction)), silence(contradiction)),
)

regenerations(attempts) := array.concat(newest, rest) if {
	shown := evidence.newest(attempts, 3)
	newest := [evidence.regeneration(attempt) | some attempt in shown]
	rest := [sprintf("the log shows further regenerations (%d)", [more]) |
		more := count(attempts) - count(shown)
		more > 0
	]
}

creation(contradiction) := [text |
	contradiction.creation == true
	input.account.created_at
	text := sprintf("the account was created on %s", [input.account.created_at])
]

silence(contradiction) := [text |
	contradiction.coverage == true
	some text in array.concat(of_log, of_etag)
]

of_log := [text |
	count([true | some covered in input.coverage; covered.basis != "etag"]) > 0
	text := "the log is complete for the time that it covers, and shows no other regeneration"
]

# An etag that counts as coverage can be the wrong statement.
of_etag := [text |
	count([true | some covered in input.coverage; covered.basis == "etag"]) > 0
	text := sprintf("according to its etag, the account was last changed on %s, and no key was set since (--etag-evidence)", [
		input.account.written_at,
	])
]
