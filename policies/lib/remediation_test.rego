package rotaudit.lib.remediation_test

import data.rotaudit.lib.evidence
import data.rotaudit.lib.remediation

account(name) := {
	"id": concat("", ["/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/", name]),
	"subscription_id": "s",
	"resource_group": "g",
	"name": name,
	"created_at": "2025-01-01T00:00:00Z",
}

exported(subscription) := remediation.export(subscription, "START", "END").text

test_names_only_a_guid_in_an_option_that_is_not_quoted if {
	guid := "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95"
	contains(exported(guid), sprintf("(--coverage %s=START..END)", [guid]))
	contains(exported("$(touch x)"), "(--coverage SUBSCRIPTION=START..END)")
	contains(exported(concat("", [guid, "; x"])), "(--coverage SUBSCRIPTION=START..END)")
}

facts(gaps, attempts) := {
	"as_of": "2026-11-23T00:00:00Z",
	"account": account("a"),
	"gaps": gaps,
	"attempts": attempts,
}

key_of(step) := step.argv[count(step.argv) - 3] if "--key-name" in step.argv

regenerated(steps) := [key_of(step) | some step in steps]

test_switches_before_each_regeneration if {
	steps := remediation.rotate(["key1", "key2"]) with input as facts([], [])
	regenerated(steps) == ["key1", "key2"]
	startswith(steps[0].text, "Point applications at key2 ")
	startswith(steps[2].text, "Point applications at the new key1 ")
	steps[1].argv == [
		"az", "cognitiveservices", "account", "keys", "regenerate", "--subscription", "s", "--resource-group", "g",
		"--name", "a", "--key-name", "key1", "--output", "none",
	]
	steps[4].argv == [
		"az", "resource", "update", "--ids", account("a").id, "--set", "properties.disableLocalAuth=true",
		"--output", "none",
	]
	count(steps) == 5
}

test_regenerates_the_key_in_use_last if {
	steps := remediation.rotate(["key1", "key2"]) with input as facts([], []) with data.params.in_use_key as "key1"
	regenerated(steps) == ["key2", "key1"]
	startswith(steps[0].text, "Point applications at key1 ")
}

test_leaves_a_key_alone_that_needs_nothing if {
	steps := remediation.rotate(["key2"]) with input as facts([], [])
	regenerated(steps) == ["key2"]
	startswith(steps[0].text, "Point applications at key1 ")
}

aged(key1, key2) := object.union(facts([], []), {"keys": [
	{"name": "key1", "age_days": {"min": key1}},
	{"name": "key2", "age_days": {"min": key2}},
]})

test_regenerates_a_key_that_falls_due_soon_with_the_other if {
	steps := remediation.rotate(["key2"]) with input as aged(76, 95)
	regenerated(steps) == ["key1", "key2"]
	startswith(steps[2].text, "Point applications at the new key1 ")
	young := remediation.rotate(["key2"]) with input as aged(75.9, 95)
	regenerated(young) == ["key2"]
	earlier := object.union(aged(30, 95), {"keys": [
		{"name": "key1", "age_days": {"min": 30}, "set_at": {"latest": "2026-09-08T00:00:00Z"}},
		{"name": "key2", "age_days": {"min": 95}},
	]})
	regenerated(remediation.rotate(["key2"])) == ["key1", "key2"] with input as earlier
	limited := remediation.rotate(["key2"]) with input as aged(30, 95) with data.params as {"max_age_days": 50, "due_soon_days": 20}
	regenerated(limited) == ["key1", "key2"]
}

test_a_value_with_a_dash_in_front_is_tied_to_its_option if {
	dashed := object.union(facts([], []), {"account": account("-x")})
	steps := remediation.rotate(["key1"]) with input as dashed
	"--name=-x" in steps[1].argv
}

windows(steps) := [[step.argv[7], step.argv[9]] | some step in steps; step.argv]

test_fetches_exactly_the_missing_window if {
	gap := {"start": "2026-10-01T12:00:00Z", "end": "2026-10-05T00:00:00Z", "age_days": {"min": 49, "max": 52.5}}
	steps := remediation.settle(evidence.doubts(90)) with input as facts([gap], [])
	windows(steps) == [["2026-10-01T12:00:00Z", "2026-10-05T00:00:00Z"]]
	count(steps) == 1
}

# Of each command: its subscription, and whether its text advises to state that its log is complete.
subscriptions(steps) := [[step.argv[5], contains(step.text, sprintf("--coverage %s=", [step.argv[5]]))] | some step in steps; step.argv]

moved(gaps, attempts) := object.union(facts(gaps, attempts), {"account": object.union(account("a"), {"stays": [
	{"subscription_id": "11111111-2222-3333-4444-555555555555", "end": "2026-10-03T00:00:00Z", "age_days": {"min": 51}},
	{"subscription_id": "22222222-3333-4444-5555-666666666666", "start": "2026-10-03T00:00:00Z", "age_days": {"max": 51}},
]})})

test_fetches_each_part_of_a_window_from_the_subscription_of_then if {
	gap := {"start": "2026-10-01T12:00:00Z", "end": "2026-10-05T00:00:00Z", "age_days": {"min": 49, "max": 52.5}}
	steps := remediation.settle(evidence.doubts(90)) with input as moved([gap], [])
	windows(steps) == [["2026-10-01T12:00:00Z", "2026-10-03T00:00:00Z"], ["2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z"]]
	subscriptions(steps) == [
		["11111111-2222-3333-4444-555555555555", true],
		["22222222-3333-4444-5555-666666666666", true],
	]
}

test_fetches_a_window_before_a_move_from_the_earlier_subscription_only if {
	gap := {"start": "2026-10-01T12:00:00Z", "end": "2026-10-02T00:00:00Z", "age_days": {"min": 52, "max": 52.5}}
	steps := remediation.settle(evidence.doubts(90)) with input as moved([gap], [])
	windows(steps) == [["2026-10-01T12:00:00Z", "2026-10-02T00:00:00Z"]]
	subscriptions(steps) == [["11111111-2222-3333-4444-555555555555", true]]
}

test_looks_again_around_an_attempt_in_the_subscription_of_then if {
	before := {"at": "2026-10-02T00:00:00Z", "age_days": 52, "outcome": "succeeded", "records": []}
	after := {"at": "2026-11-02T00:00:00Z", "age_days": 21, "outcome": "succeeded", "records": []}
	steps := remediation.settle(evidence.doubts(90)) with input as moved([], [before, after])
	{step.argv[5] | some step in steps} == {"11111111-2222-3333-4444-555555555555", "22222222-3333-4444-5555-666666666666"}
}

test_asks_azure_for_no_more_than_it_keeps if {
	gap := {"end": "2026-10-05T00:00:00Z", "age_days": {"min": 49}}
	steps := remediation.settle(evidence.doubts(90)) with input as facts([gap], [])
	windows(steps) == [["2026-08-25T01:00:00Z", "2026-10-05T00:00:00Z"]]
	count(steps) == 1
}

test_sends_to_an_archive_for_what_is_older if {
	gap := {"end": "2026-10-05T00:00:00Z", "age_days": {"min": 49}}
	steps := remediation.settle(evidence.doubts(180)) with input as facts([gap], [])
	contains(steps[0].text, "Azure no longer keeps the activity log from 2026-05-27T00:00:00Z to 2026-08-25T00:00:00Z")
	windows(steps) == [["2026-08-25T01:00:00Z", "2026-10-05T00:00:00Z"]]
}

test_asks_azure_for_nothing_that_is_gone if {
	gap := {"start": "2026-07-01T00:00:00Z", "end": "2026-07-02T00:00:00Z", "age_days": {"min": 144, "max": 145}}
	steps := remediation.settle(evidence.doubts(180)) with input as facts([gap], [])
	contains(steps[0].text, "no longer keeps the activity log from 2026-07-01T00:00:00Z to 2026-07-02T00:00:00Z")
	count(steps) == 1
}

test_looks_again_around_an_attempt_that_is_in_doubt if {
	doubtful := {"at": "2026-11-02T00:00:00.5Z", "age_days": 21, "outcome": "succeeded", "records": []}
	gone := {"at": "2026-08-25T00:30:00Z", "age_days": 89.98, "outcome": "uncertain", "records": []}
	steps := remediation.settle(evidence.doubts(90)) with input as facts([], [gone, doubtful])
	windows(steps) == [["2026-11-01T23:00:00Z", "2026-11-02T01:00:00Z"]]
}

stamped_facts(key) := object.union(facts([], []), {"keys": [key]})

test_offers_the_months_in_the_keys_before_a_log if {
	unread := {"age_days": {"min": 0}, "gaps": []}
	steps := remediation.settle(evidence.doubts(90)) with input as stamped_facts(unread)
	steps[0].argv == ["rotaudit", "export-script", "--key-stamps", "--account", account("a").id]
	count(steps) == 1
}

test_offers_to_read_the_months_again_where_they_were_not_read_lately if {
	gap := {"start": "2026-11-01T00:00:00Z", "end": "2026-11-23T00:00:00Z", "age_days": {"min": 0, "max": 22}}
	steps := remediation.settle(evidence.doubts(90)) with input as stamped_facts({"stamp": "2026-10", "age_days": {"min": 0}, "gaps": [gap]})
	steps[0].argv[0] == "rotaudit"
}

test_offers_no_months_that_are_known if {
	gap := {"end": "2026-08-31T00:00:00Z", "age_days": {"min": 84}}
	steps := remediation.settle(evidence.doubts(90)) with input as stamped_facts({"stamp": "2026-08", "age_days": {"min": 84}, "gaps": [gap]})
	[step.argv[0] | some step in steps] == ["az"]
}

test_offers_no_months_where_they_do_not_count if {
	unread := {"age_days": {"min": 0}, "gaps": []}
	steps := remediation.settle(evidence.doubts(90)) with input as stamped_facts(unread) with data.params.stamps as false
	steps == []
}

test_hints_at_an_old_etag if {
	old := object.union(facts([], []), {"account": {"written_at": "2026-06-01T00:00:00Z"}})
	steps := remediation.settle(evidence.doubts(90)) with input as old
	contains(steps[0].text, "last changed on 2026-06-01T00:00:00Z")
	count(steps) == 1
	remediation.settle(evidence.doubts(90)) == [] with input as old with data.params.etag_evidence as true
	young := object.union(facts([], []), {"account": {"written_at": "2026-11-01T00:00:00Z"}})
	remediation.settle(evidence.doubts(90)) == [] with input as young
}

list_of_accounts := ["az", "cognitiveservices", "account", "list", "--subscription", "s", "--output", "json"]

test_lists_the_accounts_for_a_creation_that_is_unknown if {
	unknown := object.union(object.remove(facts([], []), ["account"]), {"account": object.remove(account("a"), ["created_at"])})
	steps := remediation.settle(evidence.doubts(90)) with input as unknown
	[step.argv | some step in steps] == [list_of_accounts]
}

test_decides_by_what_is_undecidable if {
	by_list := object.union(facts([], []), {"undecidable": [{"reason": "local_auth_uncertain"}]})
	[step.argv | some step in remediation.decide] == [list_of_accounts] with input as by_list
	contradictory := object.union(facts([], []), {"undecidable": [{"reason": "contradictory"}]})
	remediation.decide == remediation.collect_again with input as contradictory
	created := object.union(facts([], []), {"undecidable": [{"reason": "creation_contradicts_log"}]})
	remediation.decide == remediation.list_again with input as created
}

test_advises_no_log_of_the_time_before_a_migration if {
	gap := {"end": "2026-11-03T00:00:00Z", "age_days": {"min": 20}}
	created := {"account": object.union(account("a"), {"created_at": "2026-11-03T00:00:00Z"})}
	steps := remediation.settle(evidence.doubts(90)) with input as object.union(facts([gap], []), created)
	windows(steps) == []
	contains(steps[0].text, "regenerate both")
	count(steps) == 1
}
