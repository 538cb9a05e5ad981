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

a if b
b if a
violation contains {"message": "m"} if a
