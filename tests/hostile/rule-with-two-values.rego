# report: rule-with-two-values.rego:

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

x := 1 if input.account.id != ""
x := 2 if input.account.name != ""
violation contains {"message": sprintf("%d", [x])}
