# expect: rule-with-two-values.rego:

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

x := 1
x := 2
violation contains {"message": sprintf("%d", [x])}
