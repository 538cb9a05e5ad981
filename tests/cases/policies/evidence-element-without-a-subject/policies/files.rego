# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   id: ACME002
#   name: FewFiles
#   level: warning
#   about: evidence
package acme.few_files

violation contains {"message": sprintf("%s is small.", [file.path])} if {
	some file in input.inputs
	file.records < 10
}
