# report: unknown field `argv`

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains object.union({"message": "m"}, {"argv": []})
