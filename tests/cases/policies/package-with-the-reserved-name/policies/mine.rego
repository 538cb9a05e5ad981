# METADATA
# title: A control in a package of the built-in policies
# description: A later version of rotaudit may have a package of this name.
# custom:
#   id: ACME001
#   name: Mine
#   level: note
package rotaudit.mine

violation contains {"message": "m"} if input.account.kind == "OpenAI"
