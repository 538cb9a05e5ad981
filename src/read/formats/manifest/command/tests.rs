use super::*;
use crate::model::{Instant, Interval, ResourceId};

const WINDOW: &str = "--start-time 2026-08-24T00:00:00Z --end-time 2026-11-22T00:00:00Z";
const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

fn scope(id: &str) -> ResourceId {
    ResourceId::parse(id).expect("an id")
}

fn asked_by(command: &str, group: &str) -> Result<Option<u64>, String> {
    let instant = |text: &str| Instant::parse(text).expect("a time");
    let window = Interval { start: instant("2026-08-24T00:00:00Z"), end: instant("2026-11-22T00:00:00Z") };
    let taken_at = instant("2026-11-22T00:00:00Z");
    let command = command.replace("WINDOW", WINDOW).replace("LIST", "az monitor activity-log list");
    let command = Command::parse(&command.replace("ID", SUBSCRIPTION)).expect("a command");
    let scope = scope(&format!("/subscriptions/{SUBSCRIPTION}{group}"));
    command.max_events(&Declared { scope: Some(&scope), window: Some(window), taken_at })
}

#[test]
fn a_command_that_selects_the_declared_log_shows_how_many_events_it_asks_for() {
    for (command, expected) in [
        ("LIST --subscription ID WINDOW --max-events 5 --output json", Some(5)),
        ("LIST --subscription ID WINDOW -ojson --verbose --select eventTimestamp id", Some(50)),
        ("LIST --subscription=ID WINDOW --max-events=\"7\" > log.json", Some(7)),
        ("LIST --subs 'ID' WINDOW --max-e 8 --out json --only-show-errors", Some(8)),
        ("LIST --subscription x WINDOW --max-events 9 --subscription ID --max-events 6", Some(6)),
        ("LIST --subscription ID --start 2026-08-23T00:00:00Z --offset 91d", Some(50)),
        ("LIST --subscription ID --end-time 2026-11-22T01:00:00+01:00 --offset 89d24h", Some(50)),
        ("LIST --subscription ID --offset 90d", Some(50)),
        ("LIST WINDOW --query [].{id:id}", Some(50)),
        ("LIST --subscription Production WINDOW --unheard-of x", Some(50)),
        ("LIST --subscription ID WINDOW --filters \"eventTimestamp ge '2026-08-24'\"", Some(50)),
        ("LIST --subscription ID WINDOW --max-events 6 | jq . | tee log.json", Some(6)),
        ("LIST --subscription $id --start-time $start --end-time $end --max-events 9", Some(9)),
        ("LIST --subscription ID --start-time … --end-time … --max-events …", None),
        ("LIST --subscription ID …", None),
        ("LIST", None),
        ("az …", None),
        ("az rest --url \"https://x/values?$filter=eventTimestamp ge '2026-08-24'\"", None),
        ("Get-AzActivityLog -StartTime 2026-08-24 | ConvertTo-Json -Depth 100 > log.json", Some(1000)),
        ("Get-AzActivityLog -StartTime 2026-08-24 -EndTime 2026-11-23 -MaxRecord:5000", Some(5000)),
        ("AzureActivity | where TimeGenerated > ago(90d) | order by TimeGenerated asc", None),
    ] {
        assert_eq!(asked_by(command, ""), Ok(expected), "{command}");
    }
    let group = "/resourceGroups/G";
    assert_eq!(asked_by("LIST --subscription ID -g g WINDOW", group), Ok(Some(50)));
    assert_eq!(asked_by("LIST --subscription ID WINDOW", group), Ok(Some(50)));
    assert!(asked_by("LIST --subscription ID -g h WINDOW", group).is_err());
}

#[test]
fn a_command_that_leaves_events_of_the_declared_log_out_is_found() {
    let only = "its command asks only for the time from";
    for (command, expected) in [
        ("LIST --subscription ID", only),
        ("LIST --subscription ID --offset 7d", only),
        ("LIST --subscription ID --start-time 2026-08-24T00:00:00Z", only),
        ("LIST --subscription ID --start-time 2026-08-24T00:00:01Z --offset 91d", only),
        ("LIST --subscription ID --end-time 2026-11-21T23:59:59Z --offset 91d", only),
        ("LIST --subscription aaaaaaaa-0000-4000-8000-000000000001 WINDOW", "asks for the subscription aaaa"),
        ("LIST --subscription ID WINDOW --status Succeeded", "--status in its command selects a part of it"),
        ("LIST --subscription ID WINDOW --caller=anna", "--caller in its command selects"),
        ("LIST --subscription ID WINDOW -gg", "-g in its command selects"),
        ("LIST --subscription ID WINDOW --resource-id /subscriptions/s/x", "--resource-id in its command"),
        (
            "LIST --subscription ID WINDOW --filters \"status eq 'Failed'\"",
            "--filters in its command selects",
        ),
        ("LIST --subscription ID WINDOW --query '[:5]'", "--query in its command selects"),
        ("LIST --subscription ID … --query \"[?caller=='anna']\"", "--query in its command selects"),
        ("LIST --subscription ID WINDOW | jq 'map(.id)'", "`jq` after a pipe in its command"),
        ("AzureActivity | take 100", "`take` after a pipe in its command"),
        ("AzureActivity | where TimeGenerated > ago(9d) and Caller == 'anna'", "`where` after a pipe"),
        (
            "az rest --url \"x?$filter=eventTimestamp ge '2026' and resourceGroupName eq 'g'\"",
            "resourcegroupname in",
        ),
        ("Get-AzActivityLog -ResourceGroup g -StartTime 2026-08-24", "-ResourceGroup in its command"),
        ("Get-AzActivityLog -MaxRecord:1000", only),
    ] {
        let found = asked_by(command, "");
        assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{command}: {found:?}");
    }
}

#[test]
fn a_command_that_lists_a_part_of_the_accounts_is_found() {
    let list = |arguments: &str, id: &str| {
        let command = Command::parse(&format!("az cognitiveservices account list {arguments}"));
        let (scope, taken_at) = (scope(id), Instant::from_unix(0).expect("a time"));
        let declared = Declared { scope: Some(&scope), window: None, taken_at };
        command.expect("a command").max_events(&declared).err()
    };
    let (subscription, group) = ("/subscriptions/s", "/subscriptions/s/resourceGroups/G");
    for arguments in ["", "--subscription Production --output json", "--query [].{id:id}", "| jq ."] {
        assert_eq!(list(arguments, subscription), None, "{arguments}");
    }
    for arguments in [
        "--subscription aaaaaaaa-0000-4000-8000-000000000001",
        "--resource-group g",
        "-g g",
        "-gg",
        "--query [?kind=='OpenAI']",
        "--query \"[? kind == 'OpenAI']\" --output json",
        "--query=[0]",
        "--query '[]|[0]'",
        "| jq '.[0]'",
    ] {
        assert!(list(arguments, subscription).is_some(), "{arguments}");
    }
    for arguments in ["--resource-group g", "-g 'g'", "-gG"] {
        assert_eq!(list(arguments, group), None, "{arguments}");
    }
    assert!(list("-g h", group).is_some());
    assert!(Command::parse(" ").is_none());
}

/// The commands that the documentation recommends, and those of people who add what does no harm.
#[test]
fn a_harmless_command_of_a_log_contradicts_nothing() {
    let kql = "AzureActivity\n| where TimeGenerated between (datetime(2026-05-01) .. datetime(2026-11-23))\n\
               | where CategoryValue == \"Administrative\"\n| sort by TimeGenerated asc";
    let range = "TimeGenerated >= datetime(2026-08-24T00:00:00Z) and TimeGenerated < datetime(2026-11-22)";
    for (command, expected) in [
        ("sudo -u anna -g ops /usr/bin/az monitor activity-log list WINDOW", Some(50)),
        ("A=b 'C:\\Program Files\\az.cmd' monitor activity-log list WINDOW --max-events 9", Some(9)),
        ("az --only-show-errors --output json monitor activity-log list WINDOW", Some(50)),
        ("& az.cmd monitor activity-log list WINDOW 2>&1 | Tee-Object log.json", Some(50)),
        ("cd x && az login; LIST WINDOW --max-events 9 > a.json; jq . a.json > b.json; head b.json", Some(9)),
        ("LIST WINDOW > a.json && grep -c eventTimestamp a.json || echo none", Some(50)),
        ("LIST WINDOW > a.json; jq '.[0:5]' a.json", Some(50)),
        ("LIST \\\n  WINDOW \\\n  --max-events 9", Some(9)),
        ("LIST --start-time 2026-08-24 --end-time '2026-11-22 00:00' --max-events 9", Some(9)),
        ("LIST --start-time <start> --end-time <end> --max-events 9", Some(9)),
        ("LIST --start-time $(date -d '-90 days' | cut -c1-10) --end-time $(date) --max-events 9", Some(9)),
        ("LIST $OPTIONS", None),
        (
            "az account list --query '[0].id' -o tsv | while read s; do LIST --subscription $s WINDOW; done",
            Some(50),
        ),
        ("bash -c \"LIST WINDOW --max-events 9\"", Some(9)),
        (
            "LIST --start-time 2026-08-01T00:00:00Z --end-time 2026-10-01T00:00:00Z --max-events 9; \
             LIST --start-time 2026-10-01T00:00:00Z --end-time 2026-12-01T00:00:00Z --max-events 9",
            Some(9),
        ),
        (
            "$log = Get-AzActivityLog -StartTime (Get-Date).AddDays(-90) -MaxRecord 9; $log | ConvertTo-Json",
            Some(9),
        ),
        ("(Get-AzActivityLog -StartTime 2026-08-24 -MaxRecord 9) | ConvertTo-Json -Depth 9 > a", Some(9)),
        ("Get-AzActivityLog @parameters | ConvertTo-Json", None),
        ("Get-AzActivityLog -MaxRecord 100000 … | ConvertTo-Json -Depth 100", Some(100_000)),
        ("Get-AzActivityLog", None),
        (
            "az monitor log-analytics query -w W --analytics-query \"$(cat query.kql)\" --output json > a",
            None,
        ),
        ("az monitor log-analytics query -w W --analytics-query AzureActivity --output json", None),
        ("az monitor log-analytics query -w W --analytics-query AzureActivity --timespan P90D", None),
        (
            "az monitor log-analytics query -w W --analytics-query AzureActivity -t 2026-08-24/2026-11-23",
            None,
        ),
        ("az monitor log-analytics query -w W --analytics-query 'KQL' --output json", None),
        ("az monitor log-analytics query -w W --analytics-query \"AzureActivity | where RANGE\"", None),
        ("Invoke-AzOperationalInsightsQuery -Query 'KQL' -Timespan (New-TimeSpan -Days 90)", None),
        (
            "AzureActivity | where TimeGenerated > startofday(ago(90d)) | extend x = 1 | project-away Claims",
            None,
        ),
        ("AzureActivity | where (ago(91d) < TimeGenerated) and TimeGenerated <= now() // all", None),
        ("let start = ago(90d); AzureActivity | where TimeGenerated > start | …", None),
        ("KQL", None),
        (
            "az rest --url \"x?$filter=eventTimestamp ge '2026-08-24' and eventTimestamp le '2026-11-22'\"",
            None,
        ),
        ("az rest --uri-parameters '$filter=eventTimestamp ge $start' --query value", None),
        ("curl \"x?%24filter=eventTimestamp%20ge%20'2026-08-24T00%3A00%3A00Z'&api-version=1\"", None),
        ("my-tool --caller x (see ticket", None),
    ] {
        let command = command.replace("KQL", kql).replace("RANGE", range);
        assert_eq!(asked_by(&command, ""), Ok(expected), "{command}");
    }
}

#[test]
fn a_selection_in_a_log_is_found_in_any_spelling_of_the_command() {
    let only = "its command asks only for the time";
    assert_selections(&[
        ("/usr/bin/az monitor activity-log list WINDOW --caller anna", "--caller in its command"),
        ("az.cmd monitor activity-log list WINDOW --caller anna", "--caller in its command"),
        (
            "'C:\\Program Files\\az.cmd' monitor activity-log list WINDOW --caller a",
            "--caller in its command",
        ),
        ("AZURE_CORE_OUTPUT=json az monitor activity-log list WINDOW --caller a", "--caller in its command"),
        ("sudo az monitor activity-log list WINDOW --status Failed", "--status in its command"),
        ("& az monitor activity-log list WINDOW --caller anna", "--caller in its command"),
        ("az --only-show-errors monitor activity-log list WINDOW --caller anna", "--caller in its command"),
        ("az --debug monitor activity-log list", only),
        ("az -o json monitor activity-log list WINDOW --caller anna", "--caller in its command"),
        ("LIST WINDOW \\\n --caller anna", "--caller in its command"),
        ("x=$(LIST WINDOW --caller anna); echo \"$x\" > a.json", "--caller in its command"),
        ("bash -c 'LIST WINDOW --caller anna'", "--caller in its command"),
        ("for s in a b; do LIST WINDOW --caller anna; done", "--caller in its command"),
        ("LIST --start-time 2026-11-15 --end-time $end", only),
        ("LIST --start-time $start --end-time '2026-11-01 00:00'", only),
        ("LIST --filters \"eventTimestamp ge '2026-08-25T00:00:00Z'\"", only),
        (
            "LIST --start-time 2026-08-01T00:00:00Z --end-time 2026-09-01T00:00:00Z; \
             LIST --start-time 2026-10-01T00:00:00Z --end-time 2026-12-01T00:00:00Z",
            only,
        ),
        ("LIST WINDOW > a.json; jq '.[0:5]' a.json > b.json", "`jq` in its command may select a part"),
        ("LIST WINDOW > a.json\nhead -50 a.json | tee b.json", "`head` in its command may select a part"),
        ("(LIST WINDOW) | jq -c -f f.jq", "`jq` after a pipe in its command"),
        ("x=$(LIST WINDOW | jq '.[0:5]')", "`jq` after a pipe in its command"),
        (
            "LIST WINDOW | /usr/bin/jq '.[] | select(.id | contains(\"/subscriptions/\"))'",
            "after a pipe in its",
        ),
        (
            "Get-AzLog -Caller anna -StartTime 2026-05-30 | ConvertTo-Json -Depth 100",
            "-Caller in its command",
        ),
        ("$log = Get-AzLog -StartTime 2026-05-30 -Caller anna", "-Caller in its command"),
        (
            "(Get-AzActivityLog -Status Failed -StartTime 2026-05-30) | ConvertTo-Json",
            "-Status in its command",
        ),
        ("Az.Monitor\\Get-AzActivityLog -StartTime 2026-05-30 -Caller:anna", "-Caller in its command"),
        ("Get-AzActivityLog rg-ai -StartTime 2026-05-30", "`rg-ai` in its command"),
        ("Get-AzActivityLog -StartTime 2026-08-27 | ConvertTo-Json -Depth 100", only),
        ("Get-AzActivityLog -StartTime 2026-08-24 -EndTime 2026-09-01", only),
        ("Get-AzActivityLog -StartTime (Get-Date).AddDays(-7)", only),
        ("Get-AzActivityLog -DetailedOutput | ConvertTo-Json", only),
        ("Get-AzActivityLog -StartTime 2026-08-24 | Select-Object -First 5", "`Select-Object` after a pipe"),
    ]);
}

#[test]
fn a_selection_in_a_query_or_a_request_for_a_log_is_found() {
    let only = "its command asks only for the time";
    assert_selections(&[
        ("QUERY \"AzureActivity | where Caller == 'anna'\" --output json", "`where` after a pipe"),
        ("QUERY \"AzureActivity | where Caller == '…'\"", "`where` after a pipe"),
        ("QUERY 'AzureActivity | where TimeGenerated > ago(9d)'", only),
        ("QUERY 'AzureActivity | where now(-9d) <= TimeGenerated'", only),
        ("QUERY 'AzureActivity | where ((TimeGenerated > ago(9d)))'", only),
        ("QUERY 'AzureActivity | where TimeGenerated between (ago(90d) .. ago(1d))'", only),
        ("QUERY 'AzureActivity | where Level == 1 or TimeGenerated > ago(90d)'", "`where` after a pipe"),
        ("QUERY 'let x = AzureActivity | where Level == 1; x'", "`where` after a pipe"),
        ("QUERY 'AzureActivity | limit 5'", "`limit` after a pipe"),
        ("QUERY 'AzureActivity | top 5 by TimeGenerated'", "`top` after a pipe"),
        ("QUERY 'AzureActivity | summarize count() by Caller'", "`summarize` after a pipe"),
        ("QUERY 'AzureActivity | distinct Caller'", "`distinct` after a pipe"),
        ("QUERY 'AzureActivity\n| project Caller\n| sample 5'", "`sample` after a pipe"),
        ("QUERY AzureActivity --timespan P1D", only),
        ("QUERY AzureActivity -t 2026-08-24/P7D", only),
        ("QUERY AzureActivity --query 'tables[0].rows[:5]'", "--query in its command"),
        ("QUERY AzureActivity | jq '.[0:5]'", "`jq` after a pipe"),
        (
            "Invoke-AzOperationalInsightsQuery -WorkspaceId w -Query 'AzureActivity | take 5'",
            "`take` after a pipe",
        ),
        ("Invoke-AzOperationalInsightsQuery -Query 'AzureActivity' -Timespan (New-TimeSpan -Days 1)", only),
        ("AzureActivity | where TimeGenerated > ago(9d)", only),
        ("q=\"AzureActivity | where Level == 1\"; QUERY \"$q\"", "`where` after a pipe"),
        ("q='AzureActivity | where TimeGenerated > ago(9d)'; QUERY \"$q\"", only),
        (
            "$q = @\"\nAzureActivity\n| take 5\n\"@\nInvoke-AzOperationalInsightsQuery -Query $q",
            "`take` after",
        ),
        ("az rest --url \"https://x/values?$filter=eventTimestamp ge '2026-08-25T00:00:00Z'\"", only),
        ("az rest --url \"https://x/values?$filter=eventTimestamp le '2026-08-25T00:00:00Z'\"", only),
        (
            "az rest --url \"x?%24filter=eventTimestamp%20ge%20'2026-05-30'%20and%20resourceGroupName%20eq%20'g'\"",
            "resourcegroupname in its command",
        ),
        (
            "Invoke-AzRestMethod -Path \"/x?`$filter=eventTimestamp ge '2026-05-30' and caller eq 'a'\"",
            "caller in",
        ),
        (
            "curl https://x/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/providers/Microsoft.Insights/eventtypes/x",
            "asks for the subscription aaaa",
        ),
        (
            r#"az rest --url https://x/providers/Microsoft.X/query --body '{"query": "AzureActivity | take 5"}'"#,
            "`take` after a pipe",
        ),
    ]);
}

/// Asserts that each command selects a part, and that the reason contains the text.
fn assert_selections(commands: &[(&str, &str)]) {
    for (command, expected) in commands {
        let query = "az monitor log-analytics query -w W --analytics-query";
        let found = asked_by(&command.replace("QUERY", query), "");
        assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{command}: {found:?}");
    }
}

#[test]
fn a_selection_of_accounts_is_found_in_any_command() {
    let account = "/providers/Microsoft.CognitiveServices/accounts";
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    let asked_by = |command: &str, id: &str| {
        let url = format!("https://management.azure.com{subscription}");
        let command = command.replace("URL", &url).replace("ACCOUNTS", account).replace("ID", SUBSCRIPTION);
        let (scope, taken_at) = (scope(id), Instant::from_unix(0).expect("a time"));
        let declared = Declared { scope: Some(&scope), window: None, taken_at };
        Command::parse(&command).expect("a command").max_events(&declared).err()
    };
    for command in [
        "az",
        "az cognitiveservices account list",
        "az cognitiveservices account list --subscription ID --output json > accounts.json",
        "az cognitiveservices account list-deleted --subscription ID --output json",
        "sudo -g ops az cognitiveservices account list",
        "az account set -n Production; az cognitiveservices account list",
        "az cognitiveservices account list --subscription $(az account list --query '[0].id' -o tsv)",
        "az resource list --resource-type Microsoft.CognitiveServices/accounts",
        "az resource list --namespace Microsoft.CognitiveServices --resource-type accounts",
        "az graph query --first 1000 --output json --graph-query \"resources\n  | where type =~ \
         'microsoft.cognitiveservices/accounts'\n  | project id, name, type, kind, properties\" > accounts.json",
        "az graph query -q \"resources | where type in~ ('microsoft.cognitiveservices/accounts', 'x')\" -s x ID",
        "az graph query --first 1000 --skip $skip -q \"$query\"",
        "az graph query -q resources | where type =~ microsoft.cognitiveservices/accounts | project id",
        "resources | where type == 'microsoft.cognitiveservices/accounts' and subscriptionId == 'ID' | order by id",
        "Search-AzGraph -Query $query -First 1000 | ConvertTo-Json -Depth 100",
        "Get-AzCognitiveServicesAccount | ConvertTo-Json -Depth 100 > accounts.json",
        "Get-AzResource -ResourceType Microsoft.CognitiveServices/accounts -ExpandProperties | ConvertTo-Json",
        "az rest --method get --url URLACCOUNTS?api-version=2023-05-01 --query value",
        "az rest --url \"URL/resources?api-version=1&$filter=resourceType eq 'Microsoft.CognitiveServices/accounts'\"",
        "Invoke-AzRestMethod -Path \"URLACCOUNTS?api-version=1\" | ConvertTo-Json",
        "./export.sh --name contoso -n x -l y",
        "q='resources | project id'; az graph query -q \"$q\"",
    ] {
        // In the lost quotes, `where` is after a pipe, and only its time would be understood.
        let is_lost = command.contains("query -q resources |");
        assert_eq!(asked_by(command, &subscription).is_some(), is_lost, "{command}");
    }
    for (command, expected) in [
        ("Get-AzCognitiveServicesAccount -ResourceGroupName rg-ai | ConvertTo-Json", "-ResourceGroupName in"),
        ("Get-AzCognitiveServicesAccount rg-ai gpt", "`rg-ai` in its command"),
        ("Get-AzCognitiveServicesAccount -Name gpt", "-Name in its command"),
        ("Get-AzResource -ResourceGroupName rg-ai -ResourceType x", "-ResourceGroupName in its command"),
        ("Get-AzResource -Tag @{env='prod'}", "-Tag in its command"),
        (
            "az resource list --resource-type Microsoft.CognitiveServices/accounts --tag env=prod",
            "--tag in its",
        ),
        ("az resource list --location westeurope", "--location in its command"),
        ("az resource list -l westeurope", "-l in its command"),
        ("az resource list --name gpt --resource-type x", "--name in its command"),
        (
            "az graph query --graph-query \"resources | where type =~ 'x' and resourceGroup == 'rg'\"",
            "`where`",
        ),
        ("az graph query -q \"resources | take 1\"", "`take` after a pipe"),
        ("az graph query -q resources --first 5", "--first in its command"),
        ("az graph query -q resources --skip 100", "--skip in its command"),
        (
            "az graph query -q resources -s aaaaaaaa-0000-4000-8000-000000000001",
            "asks for the subscription aaaa",
        ),
        ("Search-AzGraph -Query resources -First 5", "-First in its command"),
        ("Search-AzGraph \"resources | where name == 'gpt'\"", "`where` after a pipe"),
        (
            "az rest --url URL/resourceGroups/rg-aiACCOUNTS?api-version=1",
            "/resourceGroups/rg-ai in its command",
        ),
        ("az rest --url URLACCOUNTS/gpt?api-version=1", "/accounts/gpt in its command"),
        ("az rest --url \"URL/resources?$filter=location eq 'westeurope'\"", "location in its command"),
        ("az rest --url \"URLACCOUNTS\" --query \"value[?kind=='OpenAI']\"", "--query in its command"),
        ("az cognitiveservices account show --ids /x", "`show` in its command"),
        ("az --debug cognitiveservices account list -g rg", "-g in its command"),
        (
            "az cognitiveservices account list > a.json; jq '.[0:5]' a.json > accounts.json",
            "`jq` in its command",
        ),
        ("./export.sh -g rg-ai", "-g in its command"),
    ] {
        let found = asked_by(command, &subscription);
        assert!(found.as_ref().is_some_and(|why| why.contains(expected)), "{command}: {found:?}");
    }
    let group = format!("{subscription}/resourceGroups/rg-ai");
    for command in [
        "Get-AzCognitiveServicesAccount -ResourceGroupName RG-AI",
        "Get-AzCognitiveServicesAccount rg-ai",
        "az graph query -q \"resources | where resourceGroup =~ 'rg-ai'\"",
        "az rest --url URL/resourceGroups/rg-aiACCOUNTS?api-version=1",
    ] {
        assert_eq!(asked_by(command, &group), None, "{command}");
    }
    assert_eq!(
        asked_by("az cognitiveservices account show -g rg-ai -n gpt", &format!("{group}{account}/gpt")),
        None
    );
}

#[test]
fn a_long_command_of_nested_parts_overflows_no_stack() {
    let beginnings =
        ["", "LIST ", "AzureActivity | where ", "AzureActivity | where TimeGenerated > ", "curl $filter="];
    for part in ["(", "$(", "\"$(", "(a)", "<a ", "%", "a & ", "\\", "-- ", "a|jq ", "startofday("] {
        for beginning in beginnings {
            let command = Command::parse(&format!("{beginning}x{}", part.repeat(10_000))).expect("a command");
            let (scope, taken_at) = (scope("/subscriptions/s"), Instant::from_unix(0).expect("a time"));
            let window = Some(Interval { start: taken_at, end: taken_at });
            for window in [None, window] {
                // Any answer will do.
                let _ = command.max_events(&Declared { scope: Some(&scope), window, taken_at });
            }
        }
    }
}
