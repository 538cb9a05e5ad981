# report: exceeded size limit

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

violation contains {"message": "m"} if regex.match("((((a{1,100}){1,100}){1,100}){1,100})$", "aaaa")
