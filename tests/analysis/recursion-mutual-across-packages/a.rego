package a

import data.b as other

f(x) := other.g(x)
