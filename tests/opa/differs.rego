# METADATA
# title: A control that regorus and Open Policy Agent answer differently
# description: Where the location is unknown, the comparison is undefined in Open Policy Agent, and so is its negation.
# custom:
#   id: DIFFERS
#   name: Differs
#   level: note
package differs

violation contains {"message": "It is not in a region before m."} if not input.account.location < "m"
