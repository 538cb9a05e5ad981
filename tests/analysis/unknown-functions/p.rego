package p

import data.lib.words as w

a := cout([1])

b := w.shout("a")

c := w.shuot("a")

d := say("a")

say(x) := x

e := sya("a")

f := nothing.like.it(1)
