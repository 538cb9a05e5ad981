package acme.no_metadata

default unproven := set()

violation contains {"message": "m"} if input.keys

violation contains {"message": "n"} if input.gaps

not_applicable contains {"message": "m"} if input.account.local_auth_disabled
