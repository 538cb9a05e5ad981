# METADATA
# scope: package
# title: Applications must not try to read the keys
# description: An application that tries to read the keys without the right to do so is misconfigured, or not ours.
# custom:
#   id: ACME003
#   name: FailedKeyRead
#   level: warning
package acme.failed_key_reads

violation contains {"message": message} if {
	refused := [read.caller | some read in input.failed_key_reads; read.caller_kind == "application"]
	count(refused) > 0
	by_others := [object.get(read, "caller_kind", "unknown") | some read in input.failed_key_reads; not is_by_application(read)]
	message := sprintf("Requests to read the keys failed: of %s, and of callers of the kinds %s.", [concat(", ", refused), concat(", ", by_others)])
}

is_by_application(read) if read.caller_kind == "application"
