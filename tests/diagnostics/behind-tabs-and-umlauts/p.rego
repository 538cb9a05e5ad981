# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeControl
#   level: note
#   about: evidence
package c

violation contains {"message": m, "subject": "s"} if {
		m := "äöü"; x := to_number("ß")
		x
}
