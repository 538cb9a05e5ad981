# METADATA
# scope: package
# title: A record is cited that there is not
# description: The account list is input 0, and the only one.
# custom:
#   id: ACME001
#   name: Cited
#   level: warning
package acme.cited

violation contains {"message": "Cited.", "evidence": [{"input": 1, "line": 1, "text": "a record"}]}
