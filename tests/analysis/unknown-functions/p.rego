package p

import data.lib.words as w

a := cout([1])

b := w.shout("a")

c := w.shuot("a")

d := say("a")

say(x) := x

e := sya("a")

f := nothing.like.it(1)

t if walk(input, [[], _])

u if net.cidr_contains("10.0.0.0/8", "10.0.0.1")

v if semver.compare("1.0.0", "1.0.1") < 0

w := yaml.marshal({})
