package p

import data.lib.evidence
import data.lib.evdence as wrong

a := data.params.limit

b := data.parms.limit

c := evidence.records

d := evidence.recrods

e := data.lib.evidence.records.anything

f := data.lib[input.schema]

g if data.lib.other.x with data.lib.other as {"x": 1}

h := data.p.a

i := wrong.records

j := data.p.k

params := 1

k := params
