#!/usr/bin/env python3
"""How fast rotaudit reads logs, beside the tools that somebody would reach for instead; prints a table.

    python3 -m venv venv && venv/bin/pip install duckdb polars orjson
    cargo build --release --bin rotaudit --example generate
    venv/bin/python benches/compare.py --gigabytes 1

Every tool counts the regenerations of keys in the same log, from the page cache, and the best of several runs counts. DuckDB
is also asked for what an audit cannot do without: from when to when the log goes in each subscription.
What rotaudit does is the whole audit, with every byte checked; with hashes, the SHA-256 of the log, too.
"""

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target" / "release"
OPERATION = "microsoft.cognitiveservices/accounts/regeneratekey/action"

DUCKDB = (
    """
import duckdb, sys
path, threads = sys.argv[1], int(sys.argv[2])
if path.endswith("l"):
    shape, name, columns = "newline_delimited", "operationName", "{operationName: 'VARCHAR', time: 'VARCHAR', resourceId: 'VARCHAR', resultType: 'VARCHAR'}"
else:
    shape, name, columns = "array", "operationName.value", "{operationName: 'STRUCT(\\"value\\" VARCHAR)', eventTimestamp: 'VARCHAR', resourceId: 'VARCHAR', status: 'STRUCT(\\"value\\" VARCHAR)'}"
duckdb.execute(f"set threads={threads}")
log = f"read_json('{path}', format='{shape}', columns={columns}, maximum_object_size=16777216)"
is_regeneration = f"lower({name}) = '%s'"
if len(sys.argv) == 3:
    print(duckdb.sql(f"select count(*) from {log} where {is_regeneration}").fetchone()[0])
else:
    time = "time" if path.endswith("l") else "eventTimestamp"
    subscription = "split_part(lower(resourceId), '/', 3)"
    windows = f"select {subscription}, min({time}), max({time}), count(*) filter ({is_regeneration}) from {log} group by 1"
    print(len(duckdb.sql(windows).fetchall()))
"""
    % OPERATION
)

POLARS = (
    """
import polars as pl, sys
schema = {"operationName": pl.String}
print(pl.scan_ndjson(sys.argv[1], schema=schema).filter(pl.col("operationName").str.to_lowercase() == "%s").select(pl.len()).collect().item())
"""
    % OPERATION
)

ORJSON = (
    """
import orjson, sys
count = 0
with open(sys.argv[1], "rb") as log:
    for record in (map(orjson.loads, log) if sys.argv[1].endswith("l") else orjson.loads(log.read())):
        name = record["operationName"]
        count += (name if isinstance(name, str) else name["value"]).lower() == "%s"
print(count)
"""
    % OPERATION
)

LINES_FILTER = 'select(.operationName | ascii_downcase == "%s") | 1' % OPERATION
ARRAY_FILTER = '.[] | select(.operationName.value | ascii_downcase == "%s") | 1' % OPERATION


def rotaudit(folder: Path, threads: int, *options: str) -> list[str]:
    return [str(RELEASE / "rotaudit"), "audit", "--as-of", "2026-11-23", "--jobs", str(threads), "--fail-on", "never",
            "--allow-unproven", "--format", "json", *options, str(folder)]  # fmt: skip


def best(command: list[str], runs: int) -> float | None:
    """Seconds of the fastest run; none where the tool is not there."""
    if shutil.which(command[0]) is None:
        return None
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
        seconds.append(time.perf_counter() - start)
        if run.returncode != 0:
            if "No module named" in run.stderr:
                return None
            sys.exit(f"{command[0]} failed: {run.stderr}")
    return min(seconds)


def peak_memory(command: list[str]) -> int:
    """In MB."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000)"
    )
    return int(
        subprocess.run([sys.executable, "-c", script, *command], capture_output=True, check=True, text=True).stdout
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    size = int(arguments.gigabytes * 1_000_000_000)
    with tempfile.TemporaryDirectory() as work:
        print(
            f"{arguments.gigabytes:g} GB, {arguments.accounts} accounts, {platform.machine()}, best of {arguments.runs}\n"
        )
        for shape, name in [("lines", "activity.jsonl"), ("az", "activity.json")]:
            folder = Path(work) / shape
            generate = [RELEASE / "examples" / "generate", folder, "--shape", shape, "--log-bytes", str(size),
                        "--accounts", str(arguments.accounts)]  # fmt: skip
            subprocess.run(generate, check=True)
            log = str(folder / name)
            python = sys.executable
            rows: list[tuple[str, list[str]]] = []
            for threads in (1, 2):
                threaded = f"{threads} thread{'s' if threads > 1 else ''}"
                rows.append((f"rotaudit, {threaded}, --no-hash", rotaudit(folder, threads, "--no-hash")))
                rows.append((f"rotaudit, {threaded}", rotaudit(folder, threads)))
                rows.append((f"DuckDB, {threaded}", [python, "-c", DUCKDB, log, str(threads)]))
                rows.append((f"DuckDB, {threaded}, with windows", [python, "-c", DUCKDB, log, str(threads), "windows"]))
            if shape == "lines":
                rows.append(("polars, all threads", [python, "-c", POLARS, log]))
            rows.append(("Python, orjson", [python, "-c", ORJSON, log]))
            for tool in ("jaq", "jq"):
                rows.append((tool, [tool, LINES_FILTER if shape == "lines" else ARRAY_FILTER, log]))
            print(f"| {shape} | seconds | GB/s |\n|---|---|---|")
            for title, command in rows:
                seconds = best(command, arguments.runs if title not in ("jq", "jaq") else 1)
                if seconds is not None:
                    print(f"| {title} | {seconds:.2f} | {size / 1e9 / seconds:.2f} |", flush=True)
            print(f"\nPeak memory of rotaudit: {peak_memory(rotaudit(folder, 2))} MB\n")
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
