# expect: uuid.rfc4122

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m"} if uuid.rfc4122("a") != ""
