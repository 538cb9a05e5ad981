package p.q

r := count(data.p)

s := data.other[input.x].t

t := data.p[input.as_of]
