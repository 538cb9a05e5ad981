package lib.evidence

records := [1]
