package lib

default shared := 1

shared := data.params.shared
