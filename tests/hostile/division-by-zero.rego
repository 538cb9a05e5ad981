# report: division-by-zero.rego:

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": sprintf("%d", [1 / 0])}
