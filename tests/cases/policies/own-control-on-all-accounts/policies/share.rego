# METADATA
# scope: package
# title: Most accounts must be proven compliant
# description: A few accounts without proof are work for a week, and many are a sign that the evidence is not collected.
# custom:
#   id: ACME004
#   name: FewCompliantAccounts
#   level: warning
#   about: evidence
package acme.few_compliant

violation contains {"message": message, "subject": "tenant"} if {
	verdicts := [sprintf("%s %s %s %s", [name(account), account.kind, account.verdict, object.get(account.tags, "team", "-")]) |
		some account in input.accounts
	]
	compliant := [account | some account in input.accounts; account.verdict == "compliant"]
	count(compliant) < count(input.accounts)
	message := sprintf("Not all accounts are compliant: %s.", [concat(", ", verdicts)])
}

name(account) := parts[count(parts) - 1] if parts := split(account.id, "/")
