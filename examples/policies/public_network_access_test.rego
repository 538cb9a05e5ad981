package acme.public_network_access_test

import data.acme.public_network_access

account(properties) := {"account": {"name": "gpt", "properties": properties}}

test_fires_if_any_network_is_allowed if {
	found := public_network_access.violation with input as account({"publicNetworkAccess": "Enabled"})
	count(found) == 1
}

test_fires_if_networks_are_allowed_by_default if {
	open := {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
	count(public_network_access.violation) == 1 with input as account(open)
}

test_is_silent_if_access_is_disabled if {
	closed := account({"publicNetworkAccess": "Disabled"})
	count(public_network_access.violation) == 0 with input as closed
	count(public_network_access.unproven) == 0 with input as closed
}

test_is_silent_if_only_named_networks_are_allowed if {
	limited := {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "192.0.2.0/24"}]}}
	count(public_network_access.violation) == 0 with input as account(limited)
}

test_leaves_it_open_if_access_is_not_known if {
	unknown := {"account": {"name": "gpt"}}
	count(public_network_access.unproven) == 1 with input as unknown
	count(public_network_access.violation) == 0 with input as unknown
}
