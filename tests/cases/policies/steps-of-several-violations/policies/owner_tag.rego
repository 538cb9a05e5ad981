# METADATA
# scope: package
# title: Every account must name its owner in a tag
# description: Where an account names nobody, a finding about its keys reaches nobody.
# custom:
#   id: ACME001
#   name: OwnerTagMissing
#   level: warning
package acme.owner_tag

tag := {"text": "Tag it.", "argv": ["az", "tag", "list", "--resource-id", input.account.id]}

instead := {"text": "Alternatively, delete it.", "alternative": true}

violation contains {"message": "1: no owner.", "steps": [tag, instead]} if not input.account.tags.owner

violation contains {"message": "2: no team.", "steps": [tag, {"text": "Ask the team."}, instead]} if not input.account.tags.team
