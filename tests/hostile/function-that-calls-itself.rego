# expect: refers to itself

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

f(x) := f(x + 1)
violation contains {"message": "m"} if f(1) > 0
