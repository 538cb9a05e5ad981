package acme.deny

deny contains "m" if input.account.name == "x"
