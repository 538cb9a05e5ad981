package lib.words

shout(x) := upper(x)
