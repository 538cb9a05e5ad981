package acme.more_test

# api-key: 8f1d2c3b5a69788796a5b4c3d2e1f00f
