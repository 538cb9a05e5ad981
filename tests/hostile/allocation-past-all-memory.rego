# report: memory | seconds

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

a0 := "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
a1 := concat("", [a0 | some _ in numbers.range(1, 1000)])
a2 := concat("", [a1 | some _ in numbers.range(1, 1000)])
a3 := concat("", [a2 | some _ in numbers.range(1, 1000)])
a4 := concat("", [a3 | some _ in numbers.range(1, 1000)])
a5 := concat("", [a4 | some _ in numbers.range(1, 1000)])
a6 := concat("", [a5 | some _ in numbers.range(1, 1000)])
a7 := concat("", [a6 | some _ in numbers.range(1, 1000)])
a8 := concat("", [a7 | some _ in numbers.range(1, 1000)])
violation contains {"message": "m"} if a8 == ""
