package other.u

t := 1
