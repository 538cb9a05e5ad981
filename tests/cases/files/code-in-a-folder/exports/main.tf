resource "azurerm_cognitive_account" "gpt" {
  name = "gpt"
  kind = "OpenAI"
}
