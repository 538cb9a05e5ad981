# METADATA
# scope: package
# title: The evidence, and the questions that it leaves open, in words
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
regeneration(attempt) := sprintf("the log shows a regeneration of %s on %s (%s)", [
	object.get(attempt, "key", "an unnamed key"),
	attempt.at,
	attempt.outcome,
])

by(attempt) := sprintf(", by %s", [attempt.caller]) if {
	attempt.caller
} else := ""

# The verdict and what it depends on, for the beginning of a sentence: "Overdue, if the log is complete (observed)".
resting(verdict) := sprintf("%s, if %s", [
	verdict,
	concat(" and ", [assumptions[basis] | some basis in input.rests_on]),
]) if {
	count(input.rests_on) > 0
} else := verdict

# To be read after "if". A test of rotaudit keeps these words and those of the reports the same.
assumptions := {
	"declared": "the log is complete as declared",
	"assumed-complete": "the log is unfiltered as assumed",
	"path": "the blobs of the log are complete (path)",
	"observed": "the log is complete (observed)",
	"etag": "the etag moves when a key is regenerated",
	"stamps": "the key stamps are right",
	"fingerprints": "the key fingerprints are right",
	"tolerance": "nothing happened within the tolerance before the evidence begins",
}

# The instant that minimum ages refer to, for the beginning of a sentence.
judged := sprintf("On %s, when the evidence about the account ends", [input.judged_at]) if {
	is_before(input.judged_at, input.as_of)
} else := sprintf("On %s, the audit instant", [input.as_of])

# The age that a key had at least then, of an element of input.keys or input.oldest_key.
age(name, key) := sprintf("%s had not been regenerated since %s or earlier, for at least %d days", [
	name,
	key.unchanged_since,
	floor(key.age_days.min),
])

# The reasons why the age of the keys is open, if only the last `days` days matter: the keys that are not proven
# younger, the gaps, and the attempts that may have renewed either key, or none.
doubts(days) := {"days": days, "keys": keys, "gaps": gaps, "attempts": attempts, "origins": origins} if {
	keys := [key | some key in input.keys; not is_younger(key, days)]
	open := gaps_of(keys)
	all := [gap | some whole in open; gap := since_migration(whole); gap.age_days.min <= days]
	origins := [origin | some gap in open; not gap.start; some origin in unknown_origin(days)]
	attempts := [attempt | some attempt in input.attempts; attempt.age_days <= days; is_undecided(attempt)]
	uncertain := (count(attempts) + count(unknown_creation)) + count(origins)
	earlier := [clipped(gap, days) | some gap in all; not is_last(gap)]

	# The time after the evidence ends matters only if nothing else is open: an account can be judged where it ends.
	last := [clipped(gap, days) | uncertain + count(earlier) == 0; some gap in all; is_last(gap)]
	gaps := array.concat(earlier, last)
}

is_last(gap) if time.parse_rfc3339_ns(gap.start) >= time.parse_rfc3339_ns(input.judged_at)

# A stamp covers one key only, and what the other key left open may be settled.
gaps_of(keys) := keys[0].gaps if {
	count(keys) == 1
} else := input.gaps

# The keys of a migrated account may have been set earlier, under another id: a gap without a start, though the creation
# is known.
is_migrated if {
	input.account.created_at
	some gap in input.gaps
	not gap.start
}

created_age_days := days_since(input.account.created_at)

# The part of a gap that a log can close: none before a migration.
since_migration(gap) := gap if {
	gap.start
} else := gap if {
	not is_migrated
} else := object.union(gap, {
	"start": input.account.created_at,
	"age_days": object.union(gap.age_days, {"max": created_age_days}),
}) if {
	is_before(input.account.created_at, gap.end)
}

unknown_origin(days) := [sprintf(
	"the account was migrated, or may have been (isMigrated), so its keys may have been set before its creation on %s",
	[input.account.created_at],
)] if {
	is_migrated
	created_age_days <= days
} else := []

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

# Doubts in words, the first five of them.
missing(doubts) := concat("; ", array.concat(array.slice(all, 0, 5), more)) if {
	gaps := [sprintf("no evidence covers %s to %s", [gap.start, gap.end]) | some gap in doubts.gaps]
	attempts := array.concat(array.concat(gaps, doubts.origins), [question(attempt) | some attempt in doubts.attempts])
	all := array.concat(attempts, unknown_creation)
	more := [sprintf("further reasons: %d", [rest]) | rest := count(all) - 5; rest > 0]
}

question(attempt) := sprintf("the log does not name the key that was regenerated on %s", [attempt.at]) if {
	attempt.outcome == "succeeded"
} else := sprintf("the account was deleted after the regeneration on %s", [attempt.at]) if {
	is_undone(attempt)
} else := sprintf("the log does not show the outcome of the regeneration on %s", [attempt.at])

# It succeeded, and a deletion of the account leaves open what became of the key.
is_undone(attempt) if {
	attempt.outcome == "uncertain"
	some record in attempt.records
	record.status == "succeeded"
}

# A log may show a creation, and show it as an update.
default unknown_creation := []

unknown_creation := ["it is not known when the account was created"] if not input.account.created_at

# A rule of its own: where x is unknown, Open Policy Agent takes `not x <= y` for undefined, not for true.
is_younger(key, days) if key.age_days.max <= days

# To the whole second, so that a command stays readable; at most a second too early.
days_before(days) := time.format(instant - (instant % 1000000000)) if {
	instant := time.parse_rfc3339_ns(input.as_of) - round(days * ns_per_day)
}

is_undecided(attempt) if {
	attempt.outcome == "uncertain"
} else if {
	attempt.outcome == "succeeded"
	not attempt.key
}

newest(attempts, most) := attempts if {
	count(attempts) <= most
} else := array.slice(attempts, count(attempts) - most, count(attempts))

# Why no control asks about the keys of an account.
no_keys contains {"message": "Key access is switched off (disableLocalAuth), so no key can be used."} if {
	not undecided
	input.account.local_auth_disabled == true
}

no_keys contains {"message": "The account was created after the audit."} if {
	not undecided
	not input.oldest_key.set_at.latest
}

# If so, only KR010 has more to say about the keys.
undecided if count(input.undecidable) > 0

undecidable := {
	"message": sprintf("The evidence proves nothing about the keys. %s", [
		concat(" ", [one.message | some one in input.undecidable]),
	]),
	"evidence": [{"input": one.input, "line": one.line, "text": one.message} | some one in input.undecidable],
}

undecidable_by(reasons) if {
	some one in input.undecidable
	one.reason in reasons
}

other := {"key1": "key2", "key2": "key1"}

key_of(name) := [key | some key in input.keys; key.name == name][0]

# The log may be silent at an instant less than `days` days ago.
silent(days) if {
	some gap in input.log_gaps
	gap.age_days.min < days
}

# The same in the `days` days before the evidence about the account ends: the silence after that does not count.
silent_before_end(days) if {
	some gap in input.log_gaps
	not is_last(gap)
	time.parse_rfc3339_ns(gap.end) > time.parse_rfc3339_ns(input.judged_at) - round(days * ns_per_day)
}

# The same as `silent` for a key that was set no longer ago than that; of unknown age where that is left out.
silent_since(key) if {
	silent(key.age_days.max)
} else if {
	not key.age_days.max
	count(input.log_gaps) > 0
}

# An event so many days ago may have been after a key was last set.
perhaps_since(key, age_days) if not is_younger(key, age_days)

# From this event on, and as long as the evidence reaches, the key was not set.
unchanged_from(key, at) if {
	is_before(key.unchanged_since, at)
	time.parse_rfc3339_ns(at) <= time.parse_rfc3339_ns(input.judged_at)
}

is_before(one, other) if time.parse_rfc3339_ns(one) < time.parse_rfc3339_ns(other)

# How old a key is at least at the audit instant, if it was regenerated as late as the evidence allows.
least_age_days(key) := days_since(key.set_at.latest)

# From an instant to the audit instant.
days_since(at) := (time.parse_rfc3339_ns(input.as_of) - time.parse_rfc3339_ns(at)) / ns_per_day

ns_per_day := 86400000000000

# To the whole second: engines write fractions of one differently.
rfc3339_plus(at, days) := time.format(instant - (instant % 1000000000)) if {
	instant := time.parse_rfc3339_ns(at) + round(days * ns_per_day)
}
