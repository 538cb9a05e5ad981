# report: evidence in an input that does not exist, or in line 0

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m", "evidence": [{"input": 0, "line": 0, "text": "x"}]}
