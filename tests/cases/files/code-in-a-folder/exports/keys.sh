#!/usr/bin/env bash
cat > body.json <<END
{
  "keyName": "Key1"
}
END
az rest --method post --url /subscriptions/003d108d-30f1-5c32-ac18-854842b8b6fa/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/gpt/regenerateKey --body @body.json
