package lib

# A library may have what nobody uses.
unused := 1
