# METADATA
# title: t
# description: d
# custom:
#   id: ACME005
#   name: N5
#   level: note
package acme.local_auth

violation contains {"message": "m"} if input.account.local_auth_disabled == false
