package acme.x

violation contains {"message": "m"}
