# expect: an audit is offline

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m"} if opa.runtime() != {}
