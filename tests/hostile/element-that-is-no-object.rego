# report: its rule violation yields something else

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
