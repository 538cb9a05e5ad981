# METADATA
# description: Helpers of several controls.
# custom:
#   owner: platform
#   parameters:
#   - limit
# authors:
# - Anna Keller
package shared.helpers

is_old(key) if key.age_days.min > 30
