# report: json-nested-without-end.rego:

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m"} if json.unmarshal(concat("", ["[" | some _ in numbers.range(1, 100000)])) != 1
