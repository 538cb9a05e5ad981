# expect: foo.bar

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": foo.bar(1)}
