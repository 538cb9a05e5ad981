# METADATA
# title: A control
# description: Of a test.
# custom:
#   id: X001
#   name: SomeX001
#   level: note
package shared.control

import data.shared.helpers

violation contains {"message": "m"} if {
	some key in input.keys
	helpers.is_old(key)
}
