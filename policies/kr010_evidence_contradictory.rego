# METADATA
# scope: package
# title: The records and stamps of an account must not contradict each other
# description: >-
#   The activity log says when a key was regenerated, and the month stamped into a key says when it was last set. Where
#   both cannot be true, one of them was altered, belongs to another account, or was declared whole and is not. Then
#   neither proves how old the keys are, until it is known which is wrong.
# related_resources:
#   - ref: https://github.com/microsoft/security-utilities
#     description: The form of keys that carry their month
# custom:
#   id: KR010
#   name: EvidenceContradictory
#   level: warning
#   remediation: Collect the log and the stamps anew, from Azure, and find out which of the files was wrong.
package rotaudit.evidence_contradictory

import data.rotaudit.lib.evidence
import data.rotaudit.lib.remediation.collect_again

violation contains {"message": message, "evidence": references, "steps": collect_again} if {
	some contradiction in input.contradictions
	message := sprintf("The evidence contradicts itself. These cannot all be true: %s.", [concat("; ", statements(contradiction))])
	stamps := evidence.stamps_of(contradiction.stamps)
	references := array.concat(stamps, evidence.records_of(evidence.newest(contradiction.attempts, 20)))
}

statements(contradiction) := array.concat(
	[evidence.said(stamp) | some stamp in contradiction.stamps],
	array.concat(array.concat(regenerations(contradiction.attempts), creation(contradiction)), silence(contradiction)),
)

regenerations(attempts) := array.concat(newest, rest) if {
	shown := evidence.newest(attempts, 3)
	newest := [evidence.regeneration(attempt) | some attempt in shown]
	rest := [sprintf("the log has %d more such records", [more]) | more := count(attempts) - count(shown); more > 0]
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
	text := "the log is whole where it is said to cover, and shows no other regeneration"
]

# An etag that counts as coverage may be what is wrong.
of_etag := [text |
	count([true | some covered in input.coverage; covered.basis == "etag"]) > 0
	text := sprintf("by its etag the account was last written on %s, and no key was set since (--etag-evidence)", [input.account.written_at])
]
