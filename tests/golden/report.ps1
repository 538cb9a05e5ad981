<#
.SYNOPSIS
The steps that fix what rotaudit 0.1.0 found as of 2026-11-22T07:46:40Z.
.DESCRIPTION
Only prints these steps, unless it is run with -Act. Then it runs their commands. With -Act, it asks you to confirm each
manual step before it continues. It also asks before a command of a control that is not built in, and before the first
command of an account that may change something. It can be stopped at any step, and run again to continue there: the
finished steps are recorded in a file, which -State names. The bash script of the same audit records them in the same
lines. [hand] marks a step for you, [run] a command that the script runs, and [see] one that it only shows. In
parentheses after a step are the controls that ask for it.

The exit status is 0 if no account was left before its last step, 1 if one was or az failed, 2 if the script cannot run,
and 130 if it was interrupted.
.PARAMETER Act
Asks, and runs the commands.
.PARAMETER State
The file of the finished steps: the name of this script and .done, unless it is given.
.EXAMPLE
./fix.ps1 -Act -State fix.sh.done
#>
param([switch]$Act, [string]$State = "$PSCommandPath.done")

# With CmdletBinding, PowerShell would refuse these, but end an interrupted script with status 0.
$isHelp = $State -eq '--help'
if ($isHelp -or $args.Count -gt 0) {
    Write-Host "usage: ./$($MyInvocation.MyCommand.Name) [-Act] [-State FILE]"
    exit $(if ($isHelp) { 0 } else { 2 })
}

# A restricted session permits no call of .NET.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Write-Host ("This script needs a PowerShell session in FullLanguage mode, but this one is in " +
        "$($ExecutionContext.SessionState.LanguageMode) mode; use the bash script in the Azure Cloud Shell instead.")
    exit 2
}

# The same in every session, however strict it is.
Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

$script:Left = 0
# Of an interrupted script.
$script:Status = 130
$Utf8 = New-Object -TypeName Text.UTF8Encoding -ArgumentList $false
# .NET has a current folder of its own.
$StatePath = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($State)

# Runs the program $AzPath, writes its answer to a stream, and returns its exit status. On Windows, az is a batch file:
# cmd reads every argument within double quotes, and an argument that cmd would change even there is refused.
# With -HidesErrors, the second stream of az is read and dropped: it may contain a key if az is set to debug.
function Invoke-Az([string[]]$Arguments, [IO.Stream]$Answer, [switch]$HidesErrors) {
    foreach ($argument in $Arguments) {
        if ($argument -match '["%\p{Cc}]|\\\z') {
            throw "az on Windows would read this argument changed: $($argument -replace '\p{C}', '?')"
        }
    }
    $start = New-Object -TypeName Diagnostics.ProcessStartInfo
    $start.FileName = $AzPath
    $start.Arguments = '"' + ($Arguments -join '" "') + '"'
    # A log of az on disk would contain the service's answers. Characters that az could not encode would be left out.
    $start.EnvironmentVariables['AZURE_LOGGING_ENABLE_LOG_FILE'] = 'no'
    $start.EnvironmentVariables['PYTHONUTF8'] = '1'
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.Close()
        if ($HidesErrors) { $process.BeginErrorReadLine() } else { $errors = $process.StandardError.ReadToEndAsync() }
        # In short waits, so that Ctrl-C ends them.
        $copy = $process.StandardOutput.BaseStream.CopyToAsync($Answer)
        while (-not $copy.Wait(200)) { }
        while (-not $process.WaitForExit(200)) { }
        if (-not $HidesErrors) {
            while (-not $errors.Wait(200)) { }
            [Console]::Error.Write($errors.Result)
        }
        $process.ExitCode
    } finally {
        if (-not $process.HasExited) {
            try { $process.Kill() } catch { } # It has ended in between.
        }
        $process.Dispose()
    }
}

# Prints the reason and ends the script.
function Stop-Script([string]$Text, [int]$Status) {
    [Console]::Error.WriteLine($Text)
    $script:Status = $Status
    exit $Status
}

# The finished steps. A carriage return at the end of a line does not count.
$script:Done = New-Object -TypeName 'Collections.Generic.HashSet[string]'
try {
    if ([IO.File]::Exists($StatePath)) {
        foreach ($line in [IO.File]::ReadAllLines($StatePath, $Utf8)) { $null = $script:Done.Add($line) }
    }
    if ($Act) {
        [IO.File]::AppendAllText($StatePath, '', $Utf8)
        # A device keeps nothing.
        $mode = (Get-Item -LiteralPath $StatePath -Force).PSObject.Properties['UnixMode']
        if ($null -ne $mode -and "$($mode.Value)" -notmatch '^[-l]') { throw 'it is a device' }
        $text = [IO.File]::ReadAllText($StatePath, $Utf8)
        if ($text -ne '' -and -not $text.EndsWith("`n")) { [IO.File]::AppendAllText($StatePath, "`n", $Utf8) }
    }
} catch {
    Stop-Script "${State}: the finished steps cannot be recorded in it" 2
}

function Add-Done([string]$Step) {
    try {
        [IO.File]::AppendAllText($StatePath, "$Step`n", $Utf8)
    } catch {
        Stop-Script "${State}: the finished step cannot be recorded in it" 1
    }
    $null = $script:Done.Add($Step)
}

# Without an answer, it is empty.
function Read-Answer([string]$Question) {
    try {
        "$(Read-Host -Prompt "         $Question")".Trim()
    } catch {
        ''
    }
}

function Set-Left {
    Write-Host ''
    Write-Host '         Left as it is. Run this script again to continue from here.'
    $script:Left = 1
}

# A step to be done by hand: the line that records it, and what it is. Returns whether the script continues.
function Confirm-Step([string]$Step, [string]$Text) {
    if ($script:Done.Contains($Step)) {
        Write-Host "  [done] $Text"
        return $true
    }
    Write-Host "  [hand] $Text"
    if (-not $Act) { return $true }
    if ((Read-Answer 'Is it done? Enter yes to continue, or anything else to leave this account as it is') -cne 'yes') {
        Set-Left
        return $false
    }
    Add-Done $Step
    $true
}

# Runs a program, and returns its exit status. What it prints is printed.
function Invoke-Program([string[]]$Words) {
    $program = @(Get-Command -Name $Words[0] -CommandType Application -ErrorAction Ignore)
    if ($program.Count -eq 0) {
        [Console]::Error.WriteLine("$($Words[0]) was not found")
        return 127
    }
    $AzPath = $program[0].Source
    $arguments = @($Words | Select-Object -Skip 1)
    $output = [Console]::OpenStandardOutput()
    try {
        Invoke-Az $arguments $output
        $output.Flush()
    } catch {
        [Console]::Error.WriteLine($_.Exception.Message)
        126
    }
}

# A step with a command: the line that records it, what it is, how the command is shown, and its words. Returns whether
# the script continues. With -Ask, it asks before it runs the command. The start is recorded, too: a command that was
# interrupted may have regenerated a key, which is in use since.
function Invoke-Step([string]$Step, [string]$Text, [string]$Shown, [string[]]$Words, [switch]$Ask) {
    if ($script:Done.Contains($Step)) {
        Write-Host "  [done] $Text"
        return $true
    }
    Write-Host "  [run]  $Text"
    Write-Host "         $Shown"
    $isBegun = $script:Done.Contains("begun: $Step")
    if ($isBegun) {
        Write-Host ('         This command was started before and did not succeed. ' +
            'Check in the activity log whether it took effect.')
    }
    if (-not $Act) { return $true }
    if ($isBegun) {
        $answer = Read-Answer ('Enter done if it took effect, again to run it again, ' +
            'or anything else to leave this account')
        if ($answer -ceq 'done') {
            Add-Done $Step
            return $true
        }
        if ($answer -cne 'again') {
            Set-Left
            return $false
        }
    } else {
        $question = 'Run it? Enter yes to run it, or anything else to leave this account as it is'
        if ($Ask -and (Read-Answer $question) -cne 'yes') {
            Set-Left
            return $false
        }
        Add-Done "begun: $Step"
    }
    if ((Invoke-Program $Words) -ne 0) {
        Stop-Script 'It failed, and nothing further was done. Run this script again to continue from here.' 1
    }
    Add-Done $Step
    $true
}

# A step that is only shown: an alternative, or a command that fetches evidence.
function Show-Step([string]$Text, [string]$Command) {
    Write-Host "  [see]  $Text"
    if ($Command) { Write-Host "         $Command" }
}

function Repair-Account1 {
    Write-Host ''
    Write-Host 'Account contoso-openai-batch (group rg-ai-prod, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-batch 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-batch az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-batch --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-batch --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-ai-prod', '--name', 'contoso-openai-batch', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai-prod/providers/Microsoft.CognitiveServices/accounts/contoso-openai-batch --set ''properties.disableLocalAuth=true'' --output none'
}

function Repair-Account4 {
    Write-Host ''
    Write-Host 'Account contoso-openai-prod (group rg-ai-prod, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod 1 Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key1 --output none' 'Regenerate key1, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key1 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-ai-prod', '--name', 'contoso-openai-prod', '--key-name', 'key1', '--output', 'none'))) { return }
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod 3 Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-ai-prod/providers/microsoft.cognitiveservices/accounts/contoso-openai-prod az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-ai-prod --name contoso-openai-prod --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-ai-prod', '--name', 'contoso-openai-prod', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai-prod/providers/Microsoft.CognitiveServices/accounts/contoso-openai-prod --set ''properties.disableLocalAuth=true'' --output none'
}

function Repair-Account6 {
    Write-Host ''
    Write-Host 'Account contoso-foundry-agents (group rg-ai.(weu), subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account ''/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-agents'''
    Show-Step 'Export the complete log around the regeneration on 2026-11-10T10:02:21.8968053Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-11-10T09:02:21Z --end-time 2026-11-10T11:02:21Z --max-events 100000 --output json'
}

function Repair-Account7 {
    Write-Host ''
    Write-Host 'Account contoso-foundry-eu (group rg-ai.(weu), subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account ''/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-eu'''
    Show-Step 'Export the complete log around the regeneration on 2026-09-29T09:14:22.3885918Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-09-29T08:14:22Z --end-time 2026-09-29T10:14:22Z --max-events 100000 --output json'
    Show-Step 'Export the complete log around the regeneration on 2026-10-29T09:16:05.7452617Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-29T08:16:05Z --end-time 2026-10-29T10:16:05Z --max-events 100000 --output json'
}

function Repair-Account10 {
    Write-Host ''
    Write-Host 'Account contoso-foundry-finance (group rg-finance, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-finance/providers/Microsoft.CognitiveServices/accounts/contoso-foundry-finance'
    Show-Step 'Export the complete log around the regeneration on 2026-10-21T15:44:12.4090123Z: the record of its start names the key, and a later record shows the outcome. (KR001)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-21T14:44:12Z --end-time 2026-10-21T16:44:12Z --max-events 100000 --output json'
}

function Repair-Account12 {
    Write-Host ''
    Write-Host 'Account contoso-openai-legal (group rg-legal, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-07T14:02:03Z --end-time 2026-10-07T16:02:03Z --max-events 100000 --output json' 'Find out why the request failed (a missing right, a lock, an error of the service): the log around it shows the reason. (KR003)' 'az monitor activity-log list --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --start-time 2026-10-07T14:02:03Z --end-time 2026-10-07T16:02:03Z --max-events 100000 --output json' @('az', 'monitor', 'activity-log', 'list', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--start-time', '2026-10-07T14:02:03Z', '--end-time', '2026-10-07T16:02:03Z', '--max-events', '100000', '--output', 'json'))) { return }
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal 2 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR003)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-legal/providers/microsoft.cognitiveservices/accounts/contoso-openai-legal az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-legal --name contoso-openai-legal --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR003)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-legal --name contoso-openai-legal --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-legal', '--name', 'contoso-openai-legal', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR003)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-legal/providers/Microsoft.CognitiveServices/accounts/contoso-openai-legal --set ''properties.disableLocalAuth=true'' --output none'
}

function Repair-Account13 {
    Write-Host ''
    Write-Host 'Account contoso-openai-migrated (group rg-migration, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-migration/providers/Microsoft.CognitiveServices/accounts/contoso-openai-migrated'
    Show-Step 'If the stamps do not prove the age of both keys, regenerate both, and move applications to the other key before each: no log shows when the keys of a migrated account were set before the migration. (KR001)' ''
}

function Repair-Account14 {
    Write-Host ''
    Write-Host 'Account contoso-openai-search (group rg-search, subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)'
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search 1 Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key2 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key1 --output none' 'Regenerate key1, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key1 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-search', '--name', 'contoso-openai-search', '--key-name', 'key1', '--output', 'none'))) { return }
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search 3 Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at the new key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourcegroups/rg-search/providers/microsoft.cognitiveservices/accounts/contoso-openai-search az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001)' 'az cognitiveservices account keys regenerate --subscription 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 --resource-group rg-search --name contoso-openai-search --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95', '--resource-group', 'rg-search', '--name', 'contoso-openai-search', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001)' 'az resource update --ids /subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-search/providers/Microsoft.CognitiveServices/accounts/contoso-openai-search --set ''properties.disableLocalAuth=true'' --output none'
}

function Repair-Account16 {
    Write-Host ''
    Write-Host 'Account contoso-research-eval (group rg-research, subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab)'
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourcegroups/rg-research/providers/microsoft.cognitiveservices/accounts/contoso-research-eval 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR002)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourcegroups/rg-research/providers/microsoft.cognitiveservices/accounts/contoso-research-eval az cognitiveservices account keys regenerate --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --resource-group rg-research --name contoso-research-eval --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR002)' 'az cognitiveservices account keys regenerate --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --resource-group rg-research --name contoso-research-eval --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', '5a04c9de-7713-4b8e-a2f6-90d31e7c48ab', '--resource-group', 'rg-research', '--name', 'contoso-research-eval', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR002)' 'az resource update --ids /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourceGroups/rg-research/providers/Microsoft.CognitiveServices/accounts/contoso-research-eval --set ''properties.disableLocalAuth=true'' --output none'
}

function Repair-Account17 {
    Write-Host ''
    Write-Host 'Account contoso-research-search (group rg-research, subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/5a04c9de-7713-4b8e-a2f6-90d31e7c48ab/resourceGroups/rg-research/providers/Microsoft.CognitiveServices/accounts/contoso-research-search'
    Show-Step 'Export the activity log from 2026-08-24T08:46:40Z to 2026-09-01T01:00:00Z, and audit again with the file. If the export ends without an error, also state that it is complete (--coverage 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab=2026-08-24T08:46:40Z..2026-09-01T01:00:00Z). (KR001)' 'az monitor activity-log list --subscription 5a04c9de-7713-4b8e-a2f6-90d31e7c48ab --start-time 2026-08-24T08:46:40Z --end-time 2026-09-01T01:00:00Z --max-events 100000 --output json'
    Show-Step 'Hint: according to its etag, the account was last changed on 2026-03-05T10:10:12Z, so its keys are probably at least as old. Azure does not document this; --etag-evidence lets it count. (KR001)' ''
}

function Repair-Account19 {
    Write-Host ''
    Write-Host 'Account contoso-openai-dev (group rg-ai-dev, subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc)'
    Show-Step 'Try this first, because it is cheaper than exporting a log: run the script that this command prints. It reads the month in each key and writes it to a stamp sheet; the keys themselves are not written. Then audit again with that sheet. (KR001)' 'rotaudit export-script --key-stamps --account /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourceGroups/rg-ai-dev/providers/Microsoft.CognitiveServices/accounts/contoso-openai-dev'
    Show-Step 'Export the activity log from 2026-08-24T08:46:40Z to 2026-10-05T08:50:10.0197029Z, and audit again with the file. If the export ends without an error, also state that it is complete (--coverage b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc=2026-08-24T08:46:40Z..2026-10-05T08:50:10.0197029Z). (KR001)' 'az monitor activity-log list --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --start-time 2026-08-24T08:46:40Z --end-time 2026-10-05T08:50:10.0197029Z --max-events 100000 --output json'
    Show-Step 'Hint: according to its etag, the account was last changed on 2026-03-05T10:10:12Z, so its keys are probably at least as old. Azure does not document this; --etag-evidence lets it count. (KR001)' ''
}

function Repair-Account20 {
    Write-Host ''
    Write-Host 'Account contoso-openai-lab (group rg-lab_1, subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc)'
    if (-not (Confirm-Step '2026-11-22T07:46:40Z /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourcegroups/rg-lab_1/providers/microsoft.cognitiveservices/accounts/contoso-openai-lab 1 Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours).' 'Point applications at key1 (application settings, Key Vault secrets, connections of Foundry and ML workspaces; a gateway may cache the old key for hours). (KR001, KR002)')) { return }
    if (-not (Invoke-Step '2026-11-22T07:46:40Z /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourcegroups/rg-lab_1/providers/microsoft.cognitiveservices/accounts/contoso-openai-lab az cognitiveservices account keys regenerate --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --resource-group rg-lab_1 --name contoso-openai-lab --key-name key2 --output none' 'Regenerate key2, once no application uses it. (KR001, KR002)' 'az cognitiveservices account keys regenerate --subscription b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc --resource-group rg-lab_1 --name contoso-openai-lab --key-name key2 --output none' @('az', 'cognitiveservices', 'account', 'keys', 'regenerate', '--subscription', 'b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc', '--resource-group', 'rg-lab_1', '--name', 'contoso-openai-lab', '--key-name', 'key2', '--output', 'none'))) { return }
    Show-Step 'Alternatively, once every application uses Microsoft Entra ID, switch key access off. (KR001, KR002)' 'az resource update --ids /subscriptions/b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc/resourceGroups/rg-lab_1/providers/Microsoft.CognitiveServices/accounts/contoso-openai-lab --set ''properties.disableLocalAuth=true'' --output none'
}

try {
    Repair-Account1
    Repair-Account4
    Repair-Account6
    Repair-Account7
    Repair-Account10
    Repair-Account12
    Repair-Account13
    Repair-Account14
    Repair-Account16
    Repair-Account17
    Repair-Account19
    Repair-Account20

    if (-not $Act) {
        Write-Host ''
        Write-Host 'Nothing was done. Run this with -Act to do these steps.'
    }
    $script:Status = $script:Left
} catch {
    Stop-Script $_.Exception.Message 1
} finally {
    # Ctrl-C ends the block above, and runs this one.
    exit $script:Status
}
