package acme.lib

# A function is not an answer.
violation(message) := {"message": message}

elements contains violation("m")
