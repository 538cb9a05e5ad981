# METADATA
# title: A control
# description: Of a test.
package acme.no_id

violation contains {"message": "m"} if input.keys
