# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeControl
#   level: note
#   about: evidence
package c

violation contains {"message": crypto.md5("a"), "subject": "s"}
