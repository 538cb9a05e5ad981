package lib

named(thing) := thing.nmae

either := input.account.id

other := input.unlisted_accounts

neither := input.acounts
