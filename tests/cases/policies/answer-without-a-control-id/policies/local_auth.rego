package acme.local_auth

violation contains {"message": "The account accepts keys."} if not input.account.local_auth_disabled
