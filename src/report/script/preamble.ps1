<#
.SYNOPSIS
@SUBJECT@
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

@RUN_AZ@

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
