# report: its rule violation yields a string instead of an object

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains concat("", ["hel", "lo"])
