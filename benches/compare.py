#!/usr/bin/env python3
"""How fast rotaudit reads logs, beside the tools that somebody would reach for instead; prints a table.

    python3 -m venv venv && venv/bin/pip install duckdb polars orjson    # and jq and jaq, where they are to be compared
    cargo build --profile dist --bin rotaudit --example generate
    venv/bin/python benches/compare.py --gigabytes 1    # beside other tools
    venv/bin/python benches/compare.py --growth         # alone, from 0.1 to 10 GB and from 1,000 to 1,000,000 accounts

Every tool counts the regenerations of keys in the same log, from the page cache, and the best of several runs counts. DuckDB
is also asked for what an audit cannot do without: from when to when the log goes in each subscription.
What rotaudit does is the whole audit, with every byte checked; with hashes, the SHA-256 of the log, too.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target" / "dist"
OPERATION = "microsoft.cognitiveservices/accounts/regeneratekey/action"

DUCKDB = (
    """
import duckdb, sys
path, threads = sys.argv[1], int(sys.argv[2])
is_lines = ".jsonl" in path
if is_lines:
    shape, name, columns = "newline_delimited", "operationName", "{operationName: 'VARCHAR', time: 'VARCHAR', resourceId: 'VARCHAR', resultType: 'VARCHAR'}"
else:
    shape, name, columns = "array", "operationName.value", "{operationName: 'STRUCT(\\"value\\" VARCHAR)', eventTimestamp: 'VARCHAR', resourceId: 'VARCHAR', status: 'STRUCT(\\"value\\" VARCHAR)'}"
duckdb.execute(f"set threads={threads}")
log = f"read_json('{path}', format='{shape}', columns={columns}, maximum_object_size=16777216)"
is_regeneration = f"lower({name}) = '%s'"
if len(sys.argv) == 3:
    print(duckdb.sql(f"select count(*) from {log} where {is_regeneration}").fetchall()[0][0])
else:
    time = "time" if is_lines else "eventTimestamp"
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


def rotaudit(folder: Path, threads: int, *options: str, report: str = "json") -> list[str]:
    return [str(RELEASE / "rotaudit"), "audit", "--as-of", "2026-11-23", "--jobs", str(threads), "--fail-on", "never",
            "--allow-unproven", "--format", report, *options, str(folder)]  # fmt: skip


def generated(folder: Path, shape: str, size: int, accounts: int) -> Path:
    """A list of accounts and a log in the folder; the log."""
    generate = [RELEASE / "examples" / "generate", folder, "--shape", shape, "--log-bytes", str(size),
                "--accounts", str(accounts)]  # fmt: skip
    subprocess.run(generate, check=True)
    return folder / ("activity.jsonl" if shape == "lines" else "activity.json")


def best(command: list[str], runs: int, output: str = os.devnull) -> float | None:
    """Seconds of the fastest run; none where the tool is not there."""
    if shutil.which(command[0]) is None:
        return None
    seconds = []
    for _ in range(runs):
        with open(output, "w") as report:
            start = time.perf_counter()
            run = subprocess.run(command, stdout=report, stderr=subprocess.PIPE, check=False, text=True)
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


def compare(work: Path, size: int, accounts: int, runs: int) -> None:
    print(f"{size / 1e9:g} GB, {accounts} accounts, {platform.machine()}, best of {runs}\n")
    for shape in ("lines", "az"):
        folder = work / shape
        log = generated(folder, shape, size, accounts)
        python = sys.executable
        rows: list[tuple[str, list[str]]] = []
        for threads in (1, 2):
            threaded = f"{threads} thread{'s' if threads > 1 else ''}"
            rows.append((f"rotaudit, {threaded}, --no-hash", rotaudit(folder, threads, "--no-hash")))
            rows.append((f"rotaudit, {threaded}", rotaudit(folder, threads)))
            rows.append((f"DuckDB, {threaded}", [python, "-c", DUCKDB, str(log), str(threads)]))
            rows.append((f"DuckDB, {threaded}, with windows", [python, "-c", DUCKDB, str(log), str(threads), "windows"]))
        if shape == "lines":
            rows.append(("polars, all threads", [python, "-c", POLARS, str(log)]))
        rows.append(("Python, orjson", [python, "-c", ORJSON, str(log)]))
        for tool in ("jaq", "jq"):
            rows.append((tool, [tool, LINES_FILTER if shape == "lines" else ARRAY_FILTER, str(log)]))
        show(shape, rows, size, runs)
        print(f"\nPeak memory of rotaudit: {peak_memory(rotaudit(folder, 2))} MB\n")
        for packer, ending in (("gzip", ".gz"), ("zstd", ".zst")):
            if shape == "lines" and shutil.which(packer):
                subprocess.run([packer, "--quiet", "--force", "--keep", log], check=True)
                packed = folder / packer
                packed.mkdir()
                shutil.copy(folder / "accounts.json", packed)
                beside = Path(shutil.move(f"{log}{ending}", packed))
                rows = [("rotaudit, 2 threads", rotaudit(packed, 2)),
                        ("DuckDB, 2 threads", [python, "-c", DUCKDB, str(beside), "2"])]  # fmt: skip
                show(f"lines, {packer}", rows, size, runs)
                print()
        shutil.rmtree(folder)


def show(what: str, rows: list[tuple[str, list[str]]], size: int, runs: int) -> None:
    print(f"| {what} | seconds | GB/s |\n|---|---|---|")
    for title, command in rows:
        seconds = best(command, runs if title not in ("jq", "jaq") else 1)
        if seconds is not None:
            print(f"| {title} | {seconds:.2f} | {size / 1e9 / seconds:.2f} |", flush=True)


def grow(work: Path, runs: int) -> None:
    """A third of the accounts is in scope; the report is SARIF, written to a file."""
    print("| accounts | log | seconds, 2 threads | 1 thread | peak memory |\n|---|---|---|---|---|")
    for accounts, size in [(10, 0), (1_000, 10**8), (1_000, 10**9), (1_000, 10**10), (10_000, 0), (100_000, 0),
                           (100_000, 10**9), (1_000_000, 0)]:  # fmt: skip
        folder = work / "grown"
        generated(folder, "lines", size, accounts)
        two, one = (rotaudit(folder, threads, report="sarif") for threads in (2, 1))
        seconds = [best(command, runs, str(work / "report.sarif")) for command in (two, one)]
        print(f"| {accounts:,} | {size / 1e9:g} GB | {seconds[0]:.2f} | {seconds[1]:.2f} | {peak_memory(two)} MB |", flush=True)
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="how time and memory grow with a tenant and its log")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        if arguments.growth:
            grow(Path(work), arguments.runs)
        else:
            size = int(arguments.gigabytes * 1_000_000_000)
            compare(Path(work), size, arguments.accounts, arguments.runs)


if __name__ == "__main__":
    main()
