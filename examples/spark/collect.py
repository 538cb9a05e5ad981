"""Collects an archive of exports on Apache Spark, as `rotaudit collect ARCHIVE` would.

The evidence is the same, byte for byte. `rotaudit collect` is the map, over whole
folders of the archive, and merging its evidence is the reduce. No step changes anything
but its own temporary folder, so that Spark may run it again, or twice at once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pyspark import SparkFiles
from pyspark.sql import SparkSession

MIB = 1 << 20
# What opening a file takes, as if it were so much longer; as much as for Spark itself
# (spark.sql.files.openCostInBytes).
OPENING = 4 * MIB


def main() -> int:
    options = arguments()
    listed = in_storage if is_url(options.archive) else on_disk
    sizes = dict(listed(options.archive))
    tasks = packed(sizes, options.task_mib * MIB)
    mib = sum(sizes.values()) / MIB
    print(f"{len(sizes)} files of {mib:.1f} MiB in {len(tasks)} tasks", file=sys.stderr)
    with TemporaryDirectory() as folder:
        if tasks:
            evidence = on_executors(tasks, options.archive, options.rotaudit)
            Path(folder, "evidence.jsonl").write_bytes(evidence)
        # Tells what could not be read, and has the exit status, as if run on it all.
        command = [options.rotaudit, "collect", folder, "--output", options.output]
        return subprocess.run(command, check=False).returncode


def on_executors(tasks: list[list[str]], archive: str, rotaudit: Path) -> bytes:
    spark = SparkSession.builder.appName("rotaudit collect").getOrCreate()
    spark.sparkContext.addFile(str(rotaudit))
    parts = spark.sparkContext.parallelize(tasks, len(tasks))
    evidence = parts.map(partial(distil, rotaudit.name, archive))
    merged = evidence.treeReduce(partial(merge, rotaudit.name))
    # Databricks has one session for all that runs on a cluster, and stops it itself.
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ:
        spark.stop()
    return merged


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "archive",
        # fsspec leaves local folders that it cannot read out without a word.
        type=lambda archive: archive.removeprefix("file://"),
        help="a folder that every node sees, or a URL that fsspec opens (abfss://…)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        help="the evidence file to write, on the driver",
    )
    parser.add_argument(
        "--rotaudit",
        type=Path,
        default=shutil.which("rotaudit"),
        help="the program, which is sent to the nodes (default: the one on the PATH)",
    )
    parser.add_argument(
        "--task-mib",
        type=int,
        default=256,
        help="how much one task reads (default: %(default)s MiB)",
    )
    options = parser.parse_args()
    if options.rotaudit is None or not options.rotaudit.is_file():
        parser.error(
            "there is no rotaudit on the PATH; say with --rotaudit where it is"
        )
    options.rotaudit = options.rotaudit.absolute()
    options.output = options.output.absolute()
    if not options.output.parent.is_dir():
        parser.error(f"{options.output.parent}: there is no such folder")
    if not is_url(options.archive):
        # The executors run in other folders.
        options.archive = str(Path(options.archive).absolute())
        if options.output.is_relative_to(options.archive):
            parser.error("the evidence would become part of the archive")
    return options


def is_url(archive: str) -> bool:
    return "://" in archive


def on_disk(archive: str) -> Iterator[tuple[str, int]]:
    """The files below a folder, by their paths in it, with their sizes.

    Links are listed, for rotaudit to tell of them, and not followed.
    """

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(archive, onerror=fail):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for path in (Path(folder, name) for name in files + links):
            yield path.relative_to(archive).as_posix(), path.lstat().st_size


def in_storage(archive: str) -> Iterator[tuple[str, int]]:
    """The blobs below a URL, by their paths in it, with their sizes."""
    from fsspec.core import url_to_fs

    storage, root = url_to_fs(archive)
    if not storage.isdir(root):
        raise FileNotFoundError(f"{archive}: there is no such folder")
    for path, blob in storage.find(root, detail=True).items():
        yield path.removeprefix(root).strip("/"), blob["size"]


def packed(sizes: dict[str, int], most: int) -> list[list[str]]:
    """Tasks of whole folders, since a manifest is held against the files beside it."""
    tasks: list[list[str]] = []
    room = 0
    in_order = sorted(sizes, key=lambda path: (parent(path), path))
    for _, files in groupby(in_order, key=parent):
        folder = list(files)
        cost = sum(sizes[path] + OPENING for path in folder)
        if cost > room:
            tasks.append([])
            room = most
        tasks[-1] += folder
        room -= cost
    return tasks


def parent(path: str) -> PurePosixPath:
    return PurePosixPath(path).parent


def distil(program: str, archive: str, paths: list[str]) -> bytes:
    """The evidence of some files, each in its place: a blob's folders tell its hour."""
    with temporary_folder() as folder:
        root = fetch(archive, paths, Path(folder, "exports"))
        return collect(program, root, Path(folder, "evidence.jsonl"))


def temporary_folder() -> TemporaryDirectory[str]:
    """In the application's folder, which a killed executor leaves to the cluster."""
    return TemporaryDirectory(prefix="rotaudit-", dir=SparkFiles.getRootDirectory())


def merge(program: str, one: bytes, other: bytes) -> bytes:
    with temporary_folder() as folder:
        parts = Path(folder, "parts")
        parts.mkdir()
        Path(parts, "one.jsonl").write_bytes(one)
        Path(parts, "other.jsonl").write_bytes(other)
        return collect(program, parts, Path(folder, "evidence.jsonl"))


def fetch(archive: str, paths: list[str], into: Path) -> Path:
    """Copies files of the archive, and says where its own folder is then."""
    if outside := [path for path in paths if ".." in PurePosixPath(path).parts]:
        raise ValueError(f"{archive}: the names of blobs lead out of it: {outside}")
    if is_url(archive):
        from fsspec.core import url_to_fs

        storage, source = url_to_fs(archive)
        root = into / source.strip("/")
        blobs = [f"{source.rstrip('/')}/{path}" for path in paths]
        storage.get(blobs, [str(root / path) for path in paths])
        return root
    root = into / Path(archive).absolute().relative_to("/")
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(archive, path), root / path, follow_symlinks=False)
    return root


def collect(program: str, folder: Path, evidence: Path) -> bytes:
    command = [Path(SparkFiles.get(program)).absolute(), "collect", folder]
    done = subprocess.run(
        [*command, "--output", evidence],
        check=False,
        capture_output=True,
        text=True,
    )
    # With 2, something could not be read whole: the evidence says what, and the driver
    # tells it.
    if done.returncode not in (0, 2) or not evidence.exists():
        raise RuntimeError(
            f"rotaudit collect ended with status {done.returncode}: {done.stderr}"
        )
    return evidence.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
