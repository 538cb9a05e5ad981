# report: evidence in an input that does not exist

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m", "evidence": [{"input": 99, "line": 1, "text": "x"}]}
