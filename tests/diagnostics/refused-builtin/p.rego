# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeControl
#   level: note
#   about: evidence
package c

violation contains {"message": "m", "subject": "s"} if time.now_ns() > 3

unproven contains {"message": "m", "subject": "s"} if rand.intn("a", 2) == 1
