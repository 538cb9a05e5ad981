#[exports]
# Exports, for rotaudit, the accounts and the activity log of each subscription, which show how old the keys of its
# Azure OpenAI and Azure AI Foundry accounts are. It changes nothing, and needs the Reader role on the subscriptions.
#[/exports]
#[stamps]
# Exports, for rotaudit, the month that each key of Azure OpenAI and Azure AI Foundry accounts carries, and no key.
# It changes nothing. It needs the right to list keys, Microsoft.CognitiveServices/accounts/listKeys/action, and each
# account that it reads gets two listKeys events in the activity log.
#[/stamps]
#
#   ./export.ps1 [FOLDER]     (a new folder; the default is rotaudit-export)
param([string]$Folder = 'rotaudit-export')

#[exports]
# What to read: these subscriptions, or if none is named every enabled one; and so many days of their logs.
$Subscriptions = @(@SUBSCRIPTIONS@)
$Days = @DAYS@
$MaxEvents = 100000
#[/exports]
#[named]
# What to read: the keys' months of these accounts.
$Accounts = @(@ACCOUNTS@)
#[/named]

# A restricted session permits no call of .NET, not even one that writes to the second stream.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Write-Host ("This script needs a PowerShell session in FullLanguage mode, but this one is in " +
        "$($ExecutionContext.SessionState.LanguageMode) mode; use the bash script in the Azure Cloud Shell instead.")
    exit 2
}

# The same in every session, however strict it is.
Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

$script:Failures = 0
$Interrupted = 'the script was interrupted'

function Write-Failure([string]$Text) {
    [Console]::Error.WriteLine($Text)
    $script:Failures++
}

function Stop-Export([string]$Text) {
    [Console]::Error.WriteLine($Text)
    exit 2
}

# A time in the form of Azure, also if the session has another calendar.
function Format-Time([DateTime]$Time) {
    $Time.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
}

function Get-Now {
    Format-Time ([DateTime]::UtcNow)
}

# A line for each step, since a large tenant takes minutes.
function Write-Step([int]$Number, [int]$Count, [string]$Name, [string]$What) {
    [Console]::Error.WriteLine("$Number of ${Count}: ${Name}: $What")
}

# Writes a value as JSON, in UTF-8 without a byte-order mark, under the file's name only when it is complete.
function Write-Json([string]$File, $Value) {
    $path = [IO.Path]::Combine($folderPath, $File)
    $json = ConvertTo-Json -Depth 4 -InputObject $Value
    [IO.File]::WriteAllText("$path.part", $json + "`n")
    [IO.File]::Move("$path.part", $path)
}

@RUN_AZ@
#[exports]
# On Windows, az may print in the system's code page.
function Get-CodePage {
    [Text.Encoding]::GetEncoding([Globalization.CultureInfo]::CurrentCulture.TextInfo.ANSICodePage)
}

# Reading and decoding with it fail at the first byte that is not UTF-8.
$Utf8 = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false, $true

# Converts an exported file to UTF-8, which rotaudit reads.
function Repair-Encoding([string]$Path) {
    try {
        foreach ($line in [IO.File]::ReadLines($Path, $Utf8)) { }
    } catch [Text.DecoderFallbackException] {
        [IO.File]::WriteAllText($Path, [IO.File]::ReadAllText($Path, (Get-CodePage)))
    }
}

# Returns the text that az prints, or $null if az fails.
function Read-Output([string[]]$Arguments, [switch]$HidesErrors) {
    $answer = New-Object -TypeName IO.MemoryStream
    if ((Invoke-Az $Arguments $answer -HidesErrors:$HidesErrors) -ne 0) { return $null }
    try {
        $Utf8.GetString($answer.ToArray())
    } catch [Text.DecoderFallbackException] {
        (Get-CodePage).GetString($answer.ToArray())
    }
}

# Runs az and keeps the bytes that it prints. The file gets its name only if az succeeded. Returns why there is no
# file, or an empty text.
function Save-Output([string]$File, [string[]]$Arguments) {
    $path = [IO.Path]::Combine($folderPath, $File)
    $part = [IO.File]::Create("$path.part")
    try {
        $status = Invoke-Az $Arguments $part
        $length = $part.Length
    } finally {
        $part.Dispose()
    }
    if ($status -eq 0 -and $length -gt 0) {
        Repair-Encoding "$path.part"
        [IO.File]::Move("$path.part", $path)
        return ''
    }
    [IO.File]::Delete("$path.part")
    if ($status -eq 0) { 'az printed nothing' } else { "az ended with status $status" }
}

# Returns the entries of an exported list.
function Read-List([string]$File) {
    $text = [IO.File]::ReadAllText([IO.Path]::Combine($folderPath, $File))
    foreach ($entry in (ConvertFrom-Json -InputObject $text)) { $entry }
}

# The manifest's lines, and the number of files with a subscription's accounts or log.
$script:Exports = @()
$script:Saved = 0

# The exports of each subscription, in the order of the manifest.
$Kinds = 'accounts', 'activity-log'

# Returns the beginning of an export's line in the manifest. No argument in its command contains a space or a quote.
function New-Line([string]$What, [string]$Subscription) {
    $line = [ordered]@{ what = $What; scope = "/subscriptions/$Subscription"; command = ''; taken_at = '' }
    if ($What -eq 'accounts') {
        $line['command'] = "az cognitiveservices account list --subscription $Subscription --output json"
    } else {
        # The log gets both its times: with only a start, az looks six hours ahead. The service refuses a start that is
        # over 90 days back, so ten minutes are left for it to answer.
        $now = [DateTime]::UtcNow
        $line['start'] = Format-Time ($now.AddDays(-$Days).AddMinutes(10))
        $line['end'] = Format-Time $now
        $line['max_events'] = $MaxEvents
        $line['command'] = "az monitor activity-log list --subscription $Subscription --start-time $($line['start']) " +
            "--end-time $($line['end']) --max-events $MaxEvents --output json"
    }
    $line['taken_at'] = Get-Now
    $line
}

function Get-FileName([string]$What, [string]$Subscription) {
    if ($What -eq 'accounts') { "accounts-$Subscription.json" } else { "activity-$Subscription.json" }
}

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

# az begins each event with a brace of its own, two spaces in.
function Measure-Events([string]$File) {
    $events = 0
    foreach ($line in [IO.File]::ReadLines([IO.Path]::Combine($folderPath, $File))) {
        if ($line.StartsWith('  {', [StringComparison]::Ordinal)) { $events++ }
    }
    $events
}

# One export of a subscription, and its line of the manifest.
function Export-Part([string]$What, [string]$Subscription) {
    $line = New-Line $What $Subscription
    $file = Get-FileName $What $Subscription
    $reason = Save-Output $file @($line['command'].Split(' ') | Select-Object -Skip 1)
    if ($reason -eq '') {
        $script:Saved++
        if ($What -eq 'activity-log') {
            $events = Measure-Events $file
            if ($events -ge $MaxEvents) {
                $reason = "it holds $events events, as many as az was asked for, so older ones may be missing"
            }
        }
    }
    Add-Export $line $reason $file
    if ($reason -ne '') { Write-Failure "/subscriptions/${Subscription}: ${What}: $reason" }
}

#[/exports]
#[stamps]
# The rows of the stamp sheet.
$script:Rows = @()
#[exports]
# The number of failures to read one.
$script:Unread = 0
#[/exports]

# Reads one key, and returns its stamp: the eight characters that show its month. Returns an empty text for a key of the
# older form, which carries no month; '?' if az printed anything else; $null if az failed.
#
# PowerShell may trace, log or hand to the antimalware interface what is assigned, matched, passed to a method or sent
# through a pipeline. So the key stays in an array that is compared byte by byte and cleared. Only the stamp leaves it.
function Get-Stamp([string[]]$Parts, [string]$Key) {
    $answer = New-Object -TypeName IO.MemoryStream -ArgumentList 4096
    # Assigned before the key is in it. A longer answer is not a key, and goes into another array.
    $bytes = $answer.GetBuffer()
    try {
        $arguments = 'cognitiveservices', 'account', 'keys', 'list', '--subscription', $Parts[2], '--resource-group',
            $Parts[4], '--name', $Parts[8], '--query', $Key, '--output', 'tsv'
        if ((Invoke-Az $arguments $answer -HidesErrors) -ne 0) { return $null }
        $length = $answer.Length
        if ($length -gt $bytes.Length) { return '?' }
        # az ends the line with a line feed; on Windows, with a carriage return before it.
        if ($length -gt 0 -and $bytes[$length - 1] -eq 10) { $length-- }
        if ($length -gt 0 -and $bytes[$length - 1] -eq 13) { $length-- }

        # The older form: 32 hexadecimal digits.
        $isOlder = $length -eq 32
        for ($index = 0; $isOlder -and $index -lt $length; $index++) {
            $isOlder = ($bytes[$index] -ge 48 -and $bytes[$index] -le 57) -or
                ($bytes[$index] -ge 65 -and $bytes[$index] -le 70) -or
                ($bytes[$index] -ge 97 -and $bytes[$index] -le 102)
        }
        if ($isOlder) { return '' }

        # The newer form: one line of 84 characters, with JQQJ9 after the 52 that are secret.
        $isNewer = $length -eq 84
        for ($index = 0; $isNewer -and $index -lt $length; $index++) { $isNewer = $bytes[$index] -ne 10 }
        $mark = 74, 81, 81, 74, 57
        for ($index = 0; $isNewer -and $index -lt $mark.Length; $index++) {
            $isNewer = $bytes[52 + $index] -eq $mark[$index]
        }
        if ($isNewer) {
            $stamp = [Text.Encoding]::ASCII.GetString($bytes, 52, 8)
            if ($stamp -cmatch '\AJQQJ9[9DH][A-Za-z0-9][A-L]\z') { return $stamp }
        }
        '?'
    } finally {
        [Array]::Clear($bytes, 0, $bytes.Length)
    }
}

# Adds an account's row to the stamp sheet.
function Add-Row([string]$Id) {
    $row = [ordered]@{ id = $Id; taken_at = Get-Now; key1 = ''; key2 = '' }
    $reasons = @()
    $isRead = $true
    foreach ($key in 'key1', 'key2') {
        $stamp = Get-Stamp $Id.Split('/') $key
        if ($null -eq $stamp) {
            $row['key1'] = ''
            $row['key2'] = ''
            $reasons = @('az could not list the keys')
            Write-Failure "${Id}: az could not list the keys; see why with: az cognitiveservices account keys list ... --output none"
            $isRead = $true
            break
        }
        if ($stamp -eq '?') {
            $reasons += "az printed no $key of a known form"
            $isRead = $false
        } elseif ($stamp -eq '') {
            $reasons += "$key carries no month"
        } else {
            $row[$key] = $stamp
        }
    }
    if ($reasons.Count -gt 0) { $row['reason'] = $reasons -join ', ' }
    if (-not $isRead) { Write-Failure "${Id}: $($row['reason'])" }
    $script:Rows += $row
}

#[exports]
# Adds the rows of a subscription's accounts. Their ids come from the exported list.
function Export-Stamps([string]$Subscription) {
    $about = "/subscriptions/${Subscription}: key-stamps"
    $file = Get-FileName 'accounts' $Subscription
    if (-not [IO.File]::Exists([IO.Path]::Combine($folderPath, $file))) {
        Write-Failure "${about}: az could not list its accounts"
        return
    }
    try {
        $listed = @(Read-List $file)
    } catch {
        Write-Failure "${about}: its account list is not JSON"
        return
    }
    foreach ($account in $listed) {
        if ($account.kind -notin 'OpenAI', 'AIServices') { continue }
        $part = '[^/"%\\\p{Cc}]+'
        if ($account.id -match "\A/subscriptions/$part/resourceGroups/$part/providers/$part/accounts/$part\z") {
            Add-Row $account.id
        } else {
            Write-Failure "${about}: its account list has an account without a usable id"
        }
    }
}

#[/exports]
#[/stamps]
# Writes the files that come last. If there is a reason, they give it for everything that was not read.
function Complete-Export([string]$Reason) {
    foreach ($part in [IO.Directory]::GetFiles($folderPath, '*.part')) { [IO.File]::Delete($part) }
#[stamps]
#[named]
    for ($index = $script:Rows.Count; $index -lt $Accounts.Count; $index++) {
        $script:Rows += [ordered]@{ id = $Accounts[$index]; taken_at = Get-Now; key1 = ''; key2 = ''; reason = $Reason }
    }
#[/named]
    Write-Json 'key-stamps.json' ([ordered]@{ schema = 'rotaudit.key-stamps/1'; accounts = $script:Rows })
#[/stamps]
#[exports]
    # The lines of the manifest are in the order of the subscriptions and their exports.
    for ($index = $script:Exports.Count; $index -lt $Subscriptions.Count * $Kinds.Count; $index++) {
        $what = $Kinds[$index % $Kinds.Count]
        $subscription = $Subscriptions[[Math]::Floor($index / $Kinds.Count)]
        Add-Export (New-Line $what $subscription) $Reason (Get-FileName $what $subscription)
    }
#[/exports]
#[stamps]
#[exports]
    if ($Reason -eq '' -and $script:Unread -gt 0) { $Reason = "failed readings of keys: $($script:Unread)" }
    Add-Export ([ordered]@{ what = 'key-stamps'; taken_at = $startedAt }) $Reason 'key-stamps.json'
#[/exports]
#[/stamps]
#[exports]
    Write-Json 'rotaudit-manifest.json' ([ordered]@{
            schema = 'rotaudit.manifest/1'; collected_at = Get-Now; collected_by = $collectedBy
            collected_with = 'rotaudit export-script @VERSION@'; exports = $script:Exports
        })
#[/exports]
}

$usage = 'usage: ./export.ps1 [FOLDER]     (a new folder; the default is rotaudit-export)'
# An option that param does not name is in $args.
if ($Folder -eq '--help' -or $args -contains '--help' -or $args -contains '-help' -or $args -contains '-h') {
    Write-Host $usage
    exit 0
}
if ($Folder -like '-*' -or $args.Count -gt 0) { Stop-Export $usage }
if (Test-Path -LiteralPath $Folder) { Stop-Export "${Folder}: name a folder that does not exist yet" }
$az = @(Get-Command -Name az -CommandType Application -ErrorAction SilentlyContinue)
if ($az.Count -eq 0) { Stop-Export 'az was not found; install the Azure CLI' }
# The complete path, since Windows looks for a bare name in the current folder first.
$AzPath = $az[0].Path
$notSignedIn = 'az is not signed in; sign in with: az login'
#[exports]
$collectedBy = Read-Output 'account', 'show', '--query', 'user.name', '--output', 'tsv' -HidesErrors
if ($null -eq $collectedBy) { Stop-Export $notSignedIn }
$collectedBy = $collectedBy.Trim()
if ($Subscriptions.Count -eq 0) {
    $listed = Read-Output 'account', 'list', '--query', "[?state=='Enabled'].id", '--output', 'tsv'
    if ($null -eq $listed) { Stop-Export 'az could not list the subscriptions; sign in with: az login' }
    $Subscriptions = @($listed.Split([char[]]"`r`n", [StringSplitOptions]::RemoveEmptyEntries))
    if ($Subscriptions.Count -eq 0) { Stop-Export 'az lists no enabled subscription; sign in with: az login' }
    foreach ($subscription in $Subscriptions) {
        # It becomes part of file names.
        if ($subscription -notmatch '\A[0-9A-Fa-f-]+\z') {
            Stop-Export 'az printed something other than subscription ids; run: az account list --output table'
        }
    }
}
#[/exports]
#[named]
if ((Invoke-Az 'account', 'show', '--output', 'none' ([IO.Stream]::Null) -HidesErrors) -ne 0) { Stop-Export $notSignedIn }
#[/named]
try {
    $folderPath = (New-Item -ItemType Directory -Path $Folder).FullName
} catch {
    Stop-Export $_.Exception.Message
}

$reason = $Interrupted
try {
#[exports]
    # The names of the subscriptions, for reports; an audit does not need them.
    $names = @{}
    if ((Save-Output 'subscriptions.json' 'account', 'list', '--output', 'json') -eq '') {
        try {
            foreach ($entry in Read-List 'subscriptions.json') {
                # Control characters would reach the terminal, and ## begins a command of a CI system.
                $names[$entry.id] = $entry.name -replace '[\p{Cc}\p{Cf}]' -replace '##+', '#'
            }
        } catch {
            # Then the messages show ids.
        }
    }
    $what = 'accounts, activity log'
#[stamps]
    $startedAt = Get-Now
    $what += ', key stamps'
#[/stamps]
    for ($index = 0; $index -lt $Subscriptions.Count; $index++) {
        $subscription = $Subscriptions[$index]
        $name = $names[$subscription]
        if (-not $name) { $name = $subscription }
        Write-Step ($index + 1) $Subscriptions.Count $name $what
        foreach ($kind in $Kinds) { Export-Part $kind $subscription }
#[stamps]
        $earlier = $script:Failures
        Export-Stamps $subscription
        $script:Unread += $script:Failures - $earlier
#[/stamps]
    }
#[/exports]
#[named]
    for ($index = 0; $index -lt $Accounts.Count; $index++) {
        Write-Step ($index + 1) $Accounts.Count $Accounts[$index].Split('/')[8] 'key stamps'
        Add-Row $Accounts[$index]
    }
#[/named]
    $reason = ''
} catch {
    # Something unexpected, such as a full disk.
    $reason = "the script stopped: $($_.Exception.Message)"
} finally {
    # Ctrl-C ends the block above, and runs this one.
    try {
        Complete-Export $reason
    } catch {
        Stop-Export $_.Exception.Message
    }
    [Console]::Error.WriteLine("written: $folderPath")
    if ($reason -ne '') { [Console]::Error.WriteLine("$reason; the rest was not read") }
    if ($reason -eq $Interrupted) { exit 130 }
    if ($reason -ne '') { exit 2 }
}
#[exports]
if ($script:Saved -eq 0) { Stop-Export 'nothing could be read; the messages above say why' }
#[/exports]
if ($script:Failures -gt 0) {
    $are = if ($script:Failures -eq 1) { 'export is' } else { 'exports are' }
    [Console]::Error.WriteLine("$($script:Failures) $are not complete; all others are")
    exit 1
}
