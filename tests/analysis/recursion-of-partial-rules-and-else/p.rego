package p

violation contains 1 if count(violation) > 0

r := 1 if input.x else := r

s.a := s.b

s.b := 1

t.a := t.b

t.b := t.a
