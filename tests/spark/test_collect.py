"""examples/spark/collect.py, on two executors, yields what one machine does.

Takes pyspark, fsspec and adlfs. The programs are named by ROTAUDIT and AZURITE
(azurite-blob, Microsoft's emulator of Azure storage).
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import unittest.mock
from collections import Counter
from pathlib import Path

import pyspark
from fsspec.core import url_to_fs

ROOT = Path(__file__).parents[2]
ROTAUDIT = os.environ["ROTAUDIT"]
RESULTS = {
    "Started": "Start",
    "Accepted": "Accept",
    "Succeeded": "Success",
    "Failed": "Failure",
}
# JVMs that live for seconds only gain nothing by compiling well.
QUICKLY = [
    "--driver-java-options=-XX:TieredStopAtLevel=1",
    "--conf=spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1",
    "--conf=spark.ui.enabled=false",
]

# Kills the executor that it runs in, when it first distils and when it first merges.
KILLER = """#!/bin/sh
case "$2" in */exports/*) step=distil ;; */parts) step=merge ;; *) step= ;; esac
if [ -n "$step" ] && mkdir "{folder}/$step" 2>/dev/null; then
    pid=$PPID
    until grep -q CoarseGrainedExecutorBackend "/proc/$pid/cmdline"; do
        pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
    done
    kill -9 "$pid"
    exit 1
fi
exec "{rotaudit}" "$@"
"""


class Collected:
    """The result of a run: evidence or None, its exit status, and its errors."""

    def __init__(
        self,
        command: list[str | Path],
        folder: Path,
        environment: dict[str, str] | None = None,
    ) -> None:
        output = Path(tempfile.mkdtemp(dir=folder), "evidence.jsonl")
        environment = os.environ | (environment or {})
        run = subprocess.run(
            [*command, "-o", output],
            check=False,
            # spark-submit prints the output of its program on standard output.
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        self.status = run.returncode
        self.printed = run.stdout
        self.evidence = output.read_bytes() if output.exists() else None
        self.path = output

    @property
    def errors(self) -> list[str]:
        """The errors about files, sorted."""
        return sorted(
            line.strip()
            for line in self.printed.splitlines()
            if line.startswith("  × ")
        )

    def audit(self) -> tuple[int, str]:
        options = ["--as-of", "2026-11-23", "--format", "json"]
        run = subprocess.run(
            [ROTAUDIT, "audit", *options, self.path],
            check=False,
            capture_output=True,
            text=True,
        )
        return run.returncode, run.stdout


class OnSpark(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def on_one_machine(self, archive: Path) -> Collected:
        return Collected([ROTAUDIT, "collect", archive], self.folder)

    def on_spark(
        self, archive: Path | str, *options: str | Path, **environment: str
    ) -> Collected:
        """Options of spark-submit are before `--`; the last of two counts."""
        own = options.index("--") if "--" in options else len(options)
        submit = ["spark-submit", "--master", "local-cluster[2,1,1024]", *QUICKLY]
        script = [ROOT / "examples/spark/collect.py", "--rotaudit", ROTAUDIT]
        more = ["--task-mib", "20", *options[own + 1 :], archive]
        command = [*submit, *options[:own], *script, *more]
        return Collected(command, self.folder, environment)

    def killer(self) -> Path:
        program = self.folder / "killer"
        program.write_text(KILLER.format(folder=self.folder, rotaudit=ROTAUDIT))
        program.chmod(0o755)
        return program

    def assert_same(self, spark: Collected, one: Collected) -> None:
        self.assertEqual(spark.status, one.status, spark.printed)
        self.assertTrue(spark.evidence == one.evidence, "the evidence differs")
        self.assertEqual(spark.errors, one.errors)
        self.assertEqual(spark.audit(), one.audit())

    def test_the_evidence_of_blobs_in_azure_is_that_of_one_machine(self) -> None:
        archive = blobs(self.folder / "archive")
        one = self.on_one_machine(archive)
        self.assertEqual(one.status, 0, one.printed)
        self.assertGreater(json.loads(one.audit()[1])["summary"]["overdue"], 2)
        environment = self.azurite()
        with unittest.mock.patch.dict(os.environ, environment):
            storage, container = url_to_fs("abfss://logs")
            storage.mkdir(container)
            storage.put(f"{archive}/", f"{container}/archive/", recursive=True)
        self.assert_same(self.on_spark("abfss://logs/archive", **environment), one)

    def test_killed_executors_lose_nothing(self) -> None:
        archive = blobs(self.folder / "archive")
        spark = self.on_spark(
            archive, "--", "--rotaudit", self.killer(), "--task-mib", "32"
        )
        self.assertTrue(
            all(Path(self.folder, step).is_dir() for step in ("distil", "merge")),
            spark.printed,
        )
        self.assertIn("Lost executor", spark.printed)
        self.assert_same(spark, self.on_one_machine(archive))

    def test_a_killed_executor_was_at_work(self) -> None:
        once = ("--conf", "spark.task.maxFailures=1")
        spark = self.on_spark(
            ROOT / "fixtures", *once, "--", "--rotaudit", self.killer()
        )
        self.assertIn("Lost executor", spark.printed)
        self.assert_failed(spark)

    def test_unreadable_files_are_reported_as_on_one_machine(self) -> None:
        archive = cases(self.folder / "archive")
        one = self.on_one_machine(archive)
        self.assertEqual((one.status, one.audit()[0]), (2, 2))
        self.assertGreater(len(one.errors), 40)
        left = set(left_behind())
        self.assert_same(self.on_spark(archive, "--", "--task-mib", "128"), one)
        self.assertEqual(set(left_behind()), left)

    def test_a_program_that_fails_fails_the_job(self) -> None:
        spark = self.on_spark(
            ROOT / "fixtures",
            "--master",
            "local[1]",
            "--",
            "--rotaudit",
            shutil.which("false"),
        )
        self.assertIn("rotaudit collect ended with status 1", spark.printed)
        self.assert_failed(spark)

    def test_an_archive_that_is_not_there_or_empty(self) -> None:
        self.assert_failed(self.on_spark(self.folder / "nowhere"))
        empty = self.folder / "empty"
        empty.mkdir()
        # On one machine, the evidence also notes that the folder has no files.
        self.assertEqual(self.on_spark(empty).status, self.on_one_machine(empty).status)

    def test_the_commands_of_the_page(self) -> None:
        """Those that need no cluster, in a folder that holds `archive`."""
        page = (ROOT / "docs/spark.md").read_text()
        commands = page.partition("```sh\n")[2].partition("```")[0]
        self.assertEqual(commands.count("spark-submit"), 1)
        one = self.on_one_machine(blobs(self.folder / "archive"))
        Path(self.folder, "examples").symlink_to(ROOT / "examples")
        path = f"{Path(ROTAUDIT).parent}:{os.environ['PATH']}"
        run = subprocess.run(
            ["sh", "-c", commands],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=os.environ | {"PATH": path},
        )
        self.assertEqual(run.returncode, one.audit()[0], run.stderr)
        self.assertTrue(
            Path(self.folder, "evidence.jsonl").read_bytes() == one.evidence
        )

    def assert_failed(self, spark: Collected) -> None:
        self.assertNotEqual(spark.status, 0)
        self.assertIsNone(spark.evidence)

    def azurite(self) -> dict[str, str]:
        """Starts the emulator, and returns the environment in which it is found."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        key = base64.b64encode(secrets.token_bytes(64)).decode()
        options = (
            "--inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent"
        )
        emulator = subprocess.Popen(
            [os.environ["AZURITE"], *options.split(), "--blobPort", str(port)],
            stdout=subprocess.DEVNULL,
            env=os.environ | {"AZURITE_ACCOUNTS": f"contoso:{key}"},
        )
        self.addCleanup(emulator.wait)
        self.addCleanup(emulator.terminate)
        wait_for(port)
        endpoint = f"http://127.0.0.1:{port}/contoso"
        account = f"AccountName=contoso;AccountKey={key};BlobEndpoint={endpoint};"
        return {"AZURE_STORAGE_CONNECTION_STRING": account}


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def left_behind() -> list[Path]:
    """Temporary folders of the executors of a local cluster."""
    return list(Path(pyspark.__file__).parent.glob("work/*/*/rotaudit-*"))


def blobs(archive: Path) -> Path:
    """The fixtures, their logs in blobs of an hour, and exports next to manifests."""
    shutil.copytree(
        ROOT / "fixtures", archive, ignore=shutil.ignore_patterns("activity-*")
    )
    for log in sorted(ROOT.glob("fixtures/activity-*.json")):
        for event in json.loads(log.read_text()):
            hour = event["eventTimestamp"][:13].replace("T", "-").split("-")
            time = "/".join(
                f"{name}={part}"
                for name, part in zip("ymdhm", [*hour, "00"], strict=True)
            )
            subscription = f"SUBSCRIPTIONS/{event['subscriptionId'].upper()}"
            blob = archive / f"logs/resourceId=/{subscription}/{time}/PT1H.json"
            blob.parent.mkdir(parents=True, exist_ok=True)
            with blob.open("a") as lines:
                lines.write(json.dumps(streamed(event)) + "\n")
    for case in sorted(ROOT.glob("tests/cases/manifest/*/exports")):
        shutil.copytree(case, archive / "exports" / case.parent.name)
    Path(archive, "empty.json").touch()
    return archive


def streamed(event: dict) -> dict:
    """An event of `az` as diagnostic settings write it."""
    return {
        "time": event["eventTimestamp"],
        "resourceId": event["resourceId"].upper(),
        "operationName": event["operationName"]["value"].upper(),
        "category": event["category"]["value"],
        "resultType": RESULTS.get(event["status"]["value"], event["status"]["value"]),
        "resultSignature": f"{event['status']['value']}.{event['subStatus']['value']}",
        "correlationId": event["correlationId"],
        "identity": {name: event.get(name) for name in ("authorization", "claims")},
        "level": event["level"],
        "properties": event.get("properties"),
    }


def cases(archive: Path) -> Path:
    """The exports of all cases, each once, since evidence reports an error once."""
    seen: Counter[str] = Counter()
    for file in sorted(ROOT.glob("tests/cases/**/exports/**/*")):
        if file.is_file():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            seen[digest] += 1
            if seen[digest] == 1:
                copy = archive / file.relative_to(ROOT / "tests/cases")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    return archive


if __name__ == "__main__":
    unittest.main()
