package acme.owner_test

test_nothing if {
	"5f1d2c3b5a69788796a5b4c3d2e1f00f" == {"key1": "6f1d2c3b5a69788796a5b4c3d2e1f00f"}.key1
}
