# report: memory | seconds

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m"} if count(numbers.range(1, 1000000000000)) < 0
