package lib.evidence

records := {"one": 1}
