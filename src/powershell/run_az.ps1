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
