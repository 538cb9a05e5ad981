# METADATA
# scope: package
# title: What the evidence says, and what it leaves open, in words
# description: For controls that report on bounds, gaps and attempts.
package rotaudit.lib.evidence

# The stamps, and the records of the newest attempts, as findings refer to them.
records := array.concat(stamps_of(input.stamps), records_of(newest(input.attempts, 20)))

stamps_of(stamps) := [reference |
	some stamp in newest(stamps, 20)
	reference := {"input": stamp.input, "line": stamp.line, "text": said(stamp)}
]

records_of(attempts) := [reference |
	some attempt in attempts
	some record in attempt.records
	reference := {"input": record.input, "line": record.line, "text": sprintf("%s: regeneration of %s %s%s", [
		record.at,
		object.get(attempt, "key", "an unnamed key"),
		replace(record.status, "_", " "),
		by(attempt),
	])}
]

said(stamp) := sprintf("%s carries the month %s (read on %s)", [stamp.key, stamp.month, stamp.taken_at])

# What the log says of one attempt as a whole.
regeneration(attempt) := sprintf("the log has the regeneration of %s on %s, %s", [
	object.get(attempt, "key", "an unnamed key"),
	attempt.at,
	attempt.outcome,
])

by(attempt) := sprintf(", by %s", [attempt.caller]) if {
	attempt.caller
} else := ""

# How old a key is at least, of an element of input.keys or input.oldest_key.
age(name, key) := sprintf("%s was last set on or before %s, at least %d days before the audit", [
	name,
	key.set_at.latest,
	floor(key.age_days.min),
])

# What leaves the age of the keys open, if only the last `days` days matter: the keys that are not proven younger, the
# gaps, and the attempts that may have been of either key, or none.
doubts(days) := {"days": days, "keys": keys, "gaps": gaps, "attempts": attempts} if {
	keys := [key | some key in input.keys; not is_younger(key, days)]
	gaps := [clipped(gap, days) | some gap in gaps_of(keys); gap.age_days.min <= days]
	attempts := [attempt | some attempt in input.attempts; attempt.age_days <= days; is_undecided(attempt)]
}

# A stamp covers one key only, and what the other key left open may be settled.
gaps_of(keys) := keys[0].gaps if {
	count(keys) == 1
} else := input.gaps

# A gap from where it begins, or begins to matter.
clipped(gap, days) := {
	"start": gap.start,
	"start_age_days": gap.age_days.max,
	"end": gap.end,
	"end_age_days": gap.age_days.min,
} if {
	gap.start
	gap.age_days.max <= days
} else := {
	"start": days_before(days),
	"start_age_days": days,
	"end": gap.end,
	"end_age_days": gap.age_days.min,
}

# Doubts in words, the first five.
missing(doubts) := concat("; ", array.concat(array.slice(all, 0, 5), more)) if {
	gaps := [sprintf("no evidence covers %s to %s", [gap.start, gap.end]) | some gap in doubts.gaps]
	all := array.concat(gaps, [question(attempt) | some attempt in doubts.attempts])
	more := [sprintf("and %d more such doubts", [rest]) | rest := count(all) - 5; rest > 0]
}

question(attempt) := sprintf("the log does not name the key that was regenerated on %s", [attempt.at]) if {
	attempt.outcome == "succeeded"
} else := sprintf("the log does not tell the outcome of the regeneration on %s", [attempt.at])

# A rule of its own: where x is unknown, Open Policy Agent takes `not x <= y` for undefined, not for true.
is_younger(key, days) if key.age_days.max <= days

# To the whole second, so that a command stays readable; at most a second too early.
days_before(days) := time.format(instant - (instant % 1000000000)) if {
	instant := time.parse_rfc3339_ns(input.as_of) - round(days * 86400000000000)
}

is_undecided(attempt) if {
	attempt.outcome == "uncertain"
} else if {
	attempt.outcome == "succeeded"
	not attempt.key
}

newest(attempts, most) := array.slice(attempts, max([0, count(attempts) - most]), count(attempts))

# Why nothing is asked about the keys of an account, for every control that asks about them.
no_keys contains {"message": "Key access is switched off (disableLocalAuth), so no key can be used."} if {
	input.account.local_auth_disabled == true
}

no_keys contains {"message": "The account was created after the audit."} if not input.oldest_key.set_at.latest

# Where it holds, nothing but KR010 has anything to say.
contradicted if count(input.contradictions) > 0

contradiction := {"message": "The evidence contradicts itself (KR010), so it proves nothing about the keys."}

other := {"key1": "key2", "key2": "key1"}

key_of(name) := [key | some key in input.keys; key.name == name][0]

# The log may be silent at some time less than `days` days ago.
silent(days) if {
	some gap in input.log_gaps
	gap.age_days.min < days
}

# The same for a key that was set no longer ago than that; of unknown age where that is left out.
silent_since(key) if {
	silent(key.age_days.max)
} else if {
	not key.age_days.max
	count(input.log_gaps) > 0
}

# What happened so long ago may have been after a key was last set.
perhaps_since(key, age_days) if not is_younger(key, age_days)

# To the whole second: engines write fractions of one differently.
rfc3339_plus(at, days) := time.format(instant - (instant % 1000000000)) if {
	instant := time.parse_rfc3339_ns(at) + round(days * 86400000000000)
}
