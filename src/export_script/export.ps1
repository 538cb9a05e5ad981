#[exports]
# Exports, for rotaudit, the accounts and the activity log of each subscription, which tell how old the keys of its
# Azure OpenAI and Azure AI Foundry accounts are. It changes nothing, and needs the Reader role on the subscriptions.
#[/exports]
#[stamps]
# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log.
#[/stamps]
#
#   ./export.ps1 [FOLDER]     (a new folder; rotaudit-export unless named)
param([string]$Folder = 'rotaudit-export')

#[exports]
# What to read: these subscriptions, or where none is named every enabled one; and so many days of their logs.
$Subscriptions = @(@SUBSCRIPTIONS@)
$Days = @DAYS@
$MaxEvents = 100000
#[/exports]
#[named]
# What to read: the keys' months of these accounts.
$Accounts = @(@ACCOUNTS@)
#[/named]

$script:Failures = 0

# Whatever the session is set to, an az that fails is recorded below and the rest goes on.
$ErrorActionPreference = 'Continue'
$PSNativeCommandUseErrorActionPreference = $false

# A log of az on disk would hold the service's answers.
$env:AZURE_LOGGING_ENABLE_LOG_FILE = 'no'
# Characters that az could not encode would be left out of its output.
$env:PYTHONUTF8 = '1'

function Write-Failure([string]$Text) {
    [Console]::Error.WriteLine($Text)
    $script:Failures++
}

function Stop-Export([string]$Text) {
    [Console]::Error.WriteLine($Text)
    exit 2
}

# A time as Azure writes it, whatever calendar the session has.
function Format-Time([DateTime]$Time) {
    $Time.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
}

function Get-Now {
    Format-Time ([DateTime]::UtcNow)
}

# Writes a value as JSON, in UTF-8 without a byte-order mark, under the file's name only when it is whole.
function Write-Json([string]$File, $Value) {
    $path = [IO.Path]::Combine($folderPath, $File)
    $json = ConvertTo-Json -Depth 4 -InputObject $Value
    [IO.File]::WriteAllText("$path.part", $json + "`n")
    [IO.File]::Move("$path.part", $path)
}

#[exports]
# The manifest's lines, and the number of files with a subscription's accounts or log.
$script:Exports = @()
$script:Saved = 0

# Adds a line to the manifest; without a reason, the export is complete.
function Add-Export([Collections.IDictionary]$Line, [string]$Reason, [string]$File) {
    $Line['complete'] = $Reason -eq ''
    if ($Reason -ne '') { $Line['reason'] = $Reason }
    $path = [IO.Path]::Combine($folderPath, $File)
    if ([IO.File]::Exists($path)) {
        $Line['file'] = $File
        $Line['sha256'] = (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant()
    }
    $script:Exports += $Line
}

# Runs az, keeps what it prints as it is, which `>` of older shells would not, and tells az's exit status. The file
# gets its name only if az ended well. No argument holds a space or a quote.
function Save-Output([string]$File, [string]$Arguments) {
    $path = [IO.Path]::Combine($folderPath, $File)
    $start = New-Object -TypeName Diagnostics.ProcessStartInfo -ArgumentList $AzPath, $Arguments
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $part = [IO.File]::Create("$path.part")
    try { $process.StandardOutput.BaseStream.CopyTo($part) } finally { $part.Dispose() }
    $process.WaitForExit()
    if ($process.ExitCode -eq 0) {
        Repair-Encoding "$path.part"
        [IO.File]::Move("$path.part", $path)
        $script:Saved++
    } else {
        [IO.File]::Delete("$path.part")
    }
    $process.ExitCode
}

# On Windows, az may print in the system's code page. rotaudit reads UTF-8.
function Repair-Encoding([string]$Path) {
    $utf8 = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false, $true
    try {
        # Reading fails at the first byte that is no UTF-8.
        foreach ($line in [IO.File]::ReadLines($Path, $utf8)) { }
    } catch [Text.DecoderFallbackException] {
        $codePage = [Text.Encoding]::GetEncoding([Globalization.CultureInfo]::CurrentCulture.TextInfo.ANSICodePage)
        [IO.File]::WriteAllText($Path, [IO.File]::ReadAllText($Path, $codePage))
    }
}

# az begins each event with a brace of its own, two spaces in.
function Measure-Events([string]$File) {
    $events = 0
    foreach ($line in [IO.File]::ReadLines([IO.Path]::Combine($folderPath, $File))) {
        if ($line.StartsWith('  {', [StringComparison]::Ordinal)) { $events++ }
    }
    $events
}

# One export of a subscription, and its line of the manifest.
function Export-Part([string]$What, [string]$Subscription, [string]$File, [string]$Arguments, [Collections.IDictionary]$Window) {
    $line = [ordered]@{
        what = $What; scope = "/subscriptions/$Subscription"; command = "az $Arguments"; taken_at = Get-Now
    }
    foreach ($name in $Window.Keys) { $line[$name] = $Window[$name] }
    $reason = ''
    $status = Save-Output $File $Arguments
    if ($status -ne 0) {
        $reason = "az ended with status $status"
    } elseif ($What -eq 'activity-log') {
        $events = Measure-Events $File
        if ($events -ge $MaxEvents) {
            $reason = "it holds $events events, as many as az was asked for, so older ones may be missing"
        }
    }
    Add-Export $line $reason $File
    if ($reason -ne '') { Write-Failure "/subscriptions/${Subscription}: ${What}: $reason" }
}

function Export-Accounts([string]$Subscription) {
    $arguments = "cognitiveservices account list --subscription $Subscription --output json"
    Export-Part 'accounts' $Subscription "accounts-$Subscription.json" $arguments @{}
}

# The log gets both its times: with only a start, az looks six hours ahead. The service refuses a start that is over
# 90 days back, so ten minutes are left for it to answer.
function Export-ActivityLog([string]$Subscription) {
    $now = [DateTime]::UtcNow
    $start = Format-Time ($now.AddDays(-$Days).AddMinutes(10))
    $end = Format-Time $now
    $window = [ordered]@{ 'start' = $start; 'end' = $end; 'max_events' = $MaxEvents }
    $arguments = "monitor activity-log list --subscription $Subscription --start-time $start --end-time $end " +
        "--max-events $MaxEvents --output json"
    Export-Part 'activity-log' $Subscription "activity-$Subscription.json" $arguments $window
}

#[/exports]
#[stamps]
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
    $row = [ordered]@{ id = $Id; taken_at = Get-Now; key1 = ''; key2 = '' }
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

#[exports]
# The ids of all accounts of all subscriptions.
function Get-AccountId {
    foreach ($subscription in $Subscriptions) {
        $ids = @(az cognitiveservices account list --subscription $subscription --query "[?kind=='OpenAI' || kind=='AIServices'].id" --output tsv)
        if ($LASTEXITCODE -eq 0) { $ids }
        else { Write-Failure "/subscriptions/${subscription}: key-stamps: az could not list its accounts" }
    }
}

#[/exports]
#[/stamps]
if (Test-Path -LiteralPath $Folder) { Stop-Export "${Folder}: name a folder that does not exist yet" }
$az = @(Get-Command -Name az -CommandType Application -ErrorAction SilentlyContinue)
if ($az.Count -eq 0) { Stop-Export 'there is no az; install the Azure CLI' }
#[exports]
$AzPath = $az[0].Path
if ($Subscriptions.Count -eq 0) {
    $Subscriptions = @(az account list --query "[?state=='Enabled'].id" --output tsv)
    if ($LASTEXITCODE -ne 0) { Stop-Export 'az could not list the subscriptions; sign in with: az login' }
    if ($Subscriptions.Count -eq 0) { Stop-Export 'az lists no enabled subscription; sign in with: az login' }
    foreach ($subscription in $Subscriptions) {
        # It becomes part of file names.
        if ($subscription -notmatch '\A[0-9A-Fa-f-]+\z') {
            Stop-Export "az lists what is not the id of a subscription: $subscription"
        }
    }
}
$collectedBy = [string](az account show --query user.name --output tsv)
#[/exports]

try {
    $folderPath = (New-Item -ItemType Directory -Path $Folder -ErrorAction Stop).FullName
#[exports]
    # The names of the subscriptions, for reports; an audit does not need them, so they do not count as saved.
    [void](Save-Output 'subscriptions.json' 'account list --output json')
    $script:Saved = 0
    foreach ($subscription in $Subscriptions) {
        Export-Accounts $subscription
        Export-ActivityLog $subscription
    }
#[/exports]
#[stamps]
#[exports]
    $takenAt = Get-Now
    $earlierFailures = $script:Failures
    $Accounts = @(Get-AccountId)
#[/exports]
    $rows = @(foreach ($id in $Accounts) { if ($id) { Get-Row $id } })
    Write-Json 'key-stamps.json' ([ordered]@{ schema = 'rotaudit.key-stamps/1'; accounts = $rows })
#[exports]
    $unread = $script:Failures - $earlierFailures
    $reason = ''
    if ($unread -gt 0) { $reason = "$unread part(s) could not be read" }
    Add-Export ([ordered]@{ what = 'key-stamps'; taken_at = $takenAt }) $reason 'key-stamps.json'
#[/exports]
#[/stamps]
#[exports]
    Write-Json 'rotaudit-manifest.json' ([ordered]@{
            schema = 'rotaudit.manifest/1'; collected_at = Get-Now; collected_by = $collectedBy
            collected_with = 'rotaudit export-script @VERSION@'; exports = $script:Exports
        })
#[/exports]
} catch {
    # What is not expected, such as a full disk.
    Stop-Export $_.Exception.Message
}

[Console]::Error.WriteLine("written: $folderPath")
#[exports]
if ($script:Saved -eq 0) { Stop-Export 'nothing could be read; the messages above say why' }
#[/exports]
if ($script:Failures -gt 0) {
    [Console]::Error.WriteLine("$($script:Failures) part(s) could not be read; the rest is complete")
    exit 1
}
