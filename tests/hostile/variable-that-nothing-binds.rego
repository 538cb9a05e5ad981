# expect: variable-that-nothing-binds.rego:

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": m}
