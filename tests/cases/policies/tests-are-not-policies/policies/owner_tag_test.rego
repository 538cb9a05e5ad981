package acme.owner_tag_test

this does not parse
