package control

# The package has an id in another file.
unproven contains {"message": "m"} if input.gaps
