# METADATA
# custom:
#   owner: platform
package shared.without_id

violation contains {"message": "m"} if input.keys[0].age_days.min > 30
