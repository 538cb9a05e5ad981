package acme.owner_tag_test

import data.acme.owner_tag

account(tags) := {"account": {"id": "/subscriptions/s/resourceGroups/g/providers/p/accounts/a", "tags": tags}}

test_fires_where_the_tag_is_missing if {
	found := owner_tag.violation with input as account({"cost-center": "42"})
	count(found) == 1
	some finding in found
	finding.message == "The account has no tag owner."
	count(finding.steps) == 1
}

test_fires_where_the_tag_is_empty if {
	count(owner_tag.violation) == 1 with input as account({"owner": ""})
}

test_is_silent_where_the_account_has_an_owner if {
	count(owner_tag.violation) == 0 with input as account({"Owner": "team-search"})
}

test_takes_the_name_of_the_tag_from_the_parameters if {
	tagged := account({"team": "search"})
	count(owner_tag.violation) == 1 with input as tagged
	count(owner_tag.violation) == 0 with input as tagged with data.params.owner_tag as "team"
}
