set -e
list() {
  az rest --url /subscriptions/003d108d-30f1-5c32-ac18-854842b8b6fa/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/gpt
}
