#!/usr/bin/env bash
# Measures the memory of an audit of 1 GB of each of several contents that are not account lists, on one thread. It does not grow with
# the file, except for the events on accounts and keys, and for the subscriptions. A log of nothing but such events stays within the
# limit if these are as long as Azure's.
# shellcheck source=.ci/lib.sh
source "$(dirname "$0")/../lib.sh"

# In bash, `time` is a keyword as well.
need /usr/bin/time time
need python3 python3
build
most_kilobytes=100000

cat >"$work/contents.py" <<'PYTHON'
"""Writes a content of 1 GB: a beginning, lines with their numbers for #, and an end."""
import sys

EVENT = (
    '{"caller": "u#@contoso.com", "eventTimestamp": "2026-10-01T00:00:00Z", "eventDataId": "e#", "correlationId": "c#", '
    '"operationName": {"value": "Microsoft.Compute/virtualMachines/start/action"}, "category": {"value": "Administrative"}, '
    '"resourceId": "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/g#/providers/Microsoft.Compute/'
    'virtualMachines/v#", "status": {"value": "Succeeded"}}\n'
)
# A regeneration as az exports it has about 2,900 bytes.
REGENERATION = (
    '{"caller": "u@contoso.com", "eventTimestamp": "2026-10-01T00:00:00.#Z", "eventDataId": "e0000000-0000-4000-8000-00000#", '
    '"correlationId": "c0000000-0000-4000-8000-00000#", "category": {"value": "Administrative"}, "level": "Informational", '
    '"operationName": {"value": "Microsoft.CognitiveServices/accounts/regenerateKey/action"}, "status": {"value": "Succeeded"}, '
    '"resourceId": "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/g/providers/Microsoft.CognitiveServices/'
    'accounts/a", "claims": {"xms_tcdt": "' + "1" * 2350 + '"}}\n'
)
LOG_COLUMNS = "Correlation id,Operation name,Status,Event category,Level,Time,Subscription,Event initiated by,Resource type,Resource group,Resource\n"
CONTENTS = {
    "numbers.json": ("", "1#\n", ""),
    "prose.txt": ("", "The log of day # is in the folder of the team.\n", ""),
    "blanks.json": ("", " " * 100 + "\n", ""),
    "nothing.bin": ("", "\0" * 1000, ""),
    "string.json": ('{"value": "', "x" * 1000, '"}'),
    "objects.json": ("", '{"member#": "of a program of our own", "other": [1, 2, {"a": "#", "b": [[], {}]}]}\n', ""),
    "list.json": ('{"value": [', '{"id": #, "text": "of a program of our own, which has no resource in it"},\n', '{"id": 0}]}'),
    "rows.json": ('{"columns": [{"name": "TimeGenerated"}, {"name": "a"}], "rows": [', '["t#", "x"],\n', '["t", "x"]]}'),
    "table.csv": ("first,second,third\n", "row#,of,a program of our own\n", ""),
    "log.csv": (LOG_COLUMNS, "c#,Start Virtual Machine,Unknown,Administrative,Information,no time #,s#,u,t,g,r\n", ""),
    "broken.json": ("", '{"eventTimestamp": "x#", "operationName": \n', ""),
    "events.json": ("", EVENT, ""),
    "regenerations.json": ("", REGENERATION, ""),
}

if len(sys.argv) == 1:
    print(*CONTENTS, sep="\n")
    sys.exit()
beginning, line, end = CONTENTS[sys.argv[1]]
size = 1_000_000_000 - len(beginning) - len(end)
with open(sys.argv[2], "w", encoding="ascii") as file:
    file.write(beginning)
    number = 1_000_000
    while size > 0:
        lines = [line.replace("#", str(number + index)) for index in range(1000)]
        size -= file.write("".join(lines))
        number += 1000
    file.write(end)
PYTHON

# Fails if the measured run, which is named by the arguments, took too much.
check_memory() {
    local kilobytes
    kilobytes=$(tail -n 1 "$work/memory")
    printf '%s: %s kB\n' "$*" "$kilobytes"
    [ "$kilobytes" -le "$most_kilobytes" ] || fail "$*: it takes $kilobytes kB of memory, and $most_kilobytes are the most"
}

mkdir "$work/exports"
for content in $(python3 "$work/contents.py"); do
    status=0
    python3 "$work/contents.py" "$content" "$work/exports/$content"
    # No account is listed, so there is no audit.
    /usr/bin/time -o "$work/memory" -f %M "$rotaudit" audit --jobs 1 --no-sandbox --format json "$work/exports" \
        >"$work/report.json" 2>"$work/errors" || status=$?
    [ "$status" -eq 2 ] || fail "$content: status $status"
    check_memory audit "$content"
    # The only content that is evidence.
    if [ "$content" = regenerations.json ]; then
        /usr/bin/time -o "$work/memory" -f %M "$rotaudit" collect --jobs 1 --no-sandbox "$work/exports" --output "$work/evidence.jsonl"
        check_memory collect "$content"
    fi
    rm "$work/exports/$content"
done
