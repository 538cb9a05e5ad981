# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
#
#   ./export.ps1 [FOLDER]     (a new folder; rotaudit-export unless named)
#
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log. What it writes holds no key: audit it anywhere.
param([string]$Folder = 'rotaudit-export')

# What to read: these accounts, or where none is named all of these subscriptions, or of every enabled one.
$Subscriptions = @(@SUBSCRIPTIONS@)
$Accounts = @(@ACCOUNTS@)

$script:Failures = 0

# A log of az on disk would hold the service's answers.
$env:AZURE_LOGGING_ENABLE_LOG_FILE = 'no'

function Write-Failure([string]$Text) {
    [Console]::Error.WriteLine($Text)
    $script:Failures++
}

# The eight characters that tell a key's month, or nothing if it carries none. A key stands in no variable and passes
# through no cmdlet, which PowerShell might trace or log: az's answer goes into the match, and only the stamp comes out.
function Get-Stamp([string]$Subscription, [string]$Group, [string]$Name, [string]$Key) {
    [regex]::Match(
        [string](az cognitiveservices account keys list --subscription $Subscription --resource-group $Group --name $Name --query $Key --output tsv 2>$null),
        '\A.{52}(JQQJ9[9DH][A-Za-z0-9][A-L]).{24}\s*\z').Groups[1].Value
}

# One account's row of the stamp sheet.
function Get-Row([string]$Id) {
    $parts = $Id.Split('/')
    $row = [ordered]@{ id = $Id; taken_at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ'); key1 = ''; key2 = '' }
    $reasons = @()
    foreach ($key in 'key1', 'key2') {
        $row[$key] = Get-Stamp $parts[2] $parts[4] $parts[8] $key
        if ($LASTEXITCODE -ne 0) {
            $row['key1'] = ''
            $row['key2'] = ''
            $reasons = @('az could not list the keys')
            Write-Failure "${Id}: az could not list the keys; see why with: az cognitiveservices account keys list ... --output none"
            break
        }
        if ($row[$key] -eq '') { $reasons += "$key carries no month" }
    }
    if ($reasons.Count -gt 0) { $row['reason'] = $reasons -join ', ' }
    $row
}

if (Test-Path -LiteralPath $Folder) {
    [Console]::Error.WriteLine("${Folder}: name a folder that does not exist yet")
    exit 2
}
$folderPath = (New-Item -ItemType Directory -Path $Folder -ErrorAction Stop).FullName

if ($Accounts.Count -eq 0) {
    if ($Subscriptions.Count -eq 0) {
        $Subscriptions = @(az account list --query "[?state=='Enabled'].id" --output tsv)
        if ($LASTEXITCODE -ne 0) { Write-Failure 'az could not list the subscriptions' }
    }
    foreach ($subscription in $Subscriptions) {
        $ids = @(az cognitiveservices account list --subscription $subscription --query "[?kind=='OpenAI' || kind=='AIServices'].id" --output tsv)
        if ($LASTEXITCODE -ne 0) { Write-Failure "subscription ${subscription}: az could not list its accounts" }
        else { $Accounts += $ids }
    }
}

$rows = @(foreach ($id in $Accounts) { if ($id) { Get-Row $id } })
$sheet = ConvertTo-Json -Depth 3 -InputObject ([ordered]@{ schema = 'rotaudit.key-stamps/1'; accounts = $rows })
$file = [IO.Path]::Combine($folderPath, 'key-stamps.json')
[IO.File]::WriteAllText($file, $sheet + "`n")
[Console]::Error.WriteLine("written: $file")
if ($script:Failures -gt 0) {
    [Console]::Error.WriteLine("$($script:Failures) part(s) could not be read; the rest is complete")
    exit 1
}
