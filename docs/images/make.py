#!/usr/bin/env python3
"""Makes the pictures in this folder from the fixtures, or checks that they are up to date.

    cargo build && python3 docs/images/make.py            # needs chromium
    cargo build && python3 docs/images/make.py --check    # needs nothing else

Both take `--program FILE` for another rotaudit than target/debug/rotaudit. A picture is up to date if its report is still the one that
it was made from: `made-from.sha256` has the SHA-256 of each report. Pixels are not compared, since they depend on fonts.
"""

import argparse
import fcntl
import hashlib
import html
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
SUMS = FOLDER / "made-from.sha256"
COLUMNS, ROWS = 132, 24
MAX_BYTES = 200_000
# The sizes of chromium's window in pixels. The terminal's height follows from its lines.
REPORT_WIDTH, REPORT_HEIGHT = 1200, 840
TERMINAL_WIDTH, LINE_HEIGHT, PADDING = 1070, 17, 16
STYLES = {"1": "font-weight:bold", "2": "opacity:.6", "4": "text-decoration:underline"}
COLORS = ["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#dcdfe4"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--program", type=Path, default=ROOT / "target/debug/rotaudit")
    arguments = parser.parse_args()
    reports = {"report.png": html_report(arguments.program), "terminal.png": terminal(arguments.program)}
    sums = "".join(f"{hashlib.sha256(report).hexdigest()}  {name}\n" for name, report in reports.items())
    if arguments.check:
        stale = [name for name in reports if not (FOLDER / name).is_file()]
        if stale or not SUMS.is_file() or SUMS.read_text() != sums:
            sys.exit("the pictures show an older report: make them again with docs/images/make.py")
        return
    photograph(reports["report.png"].decode(), "report.png", REPORT_WIDTH, REPORT_HEIGHT)
    page, lines = page_of_terminal(reports["terminal.png"].decode())
    photograph(page, "terminal.png", TERMINAL_WIDTH, lines * LINE_HEIGHT + 2 * PADDING)
    SUMS.write_text(sums)


def html_report(program):
    command = [program, "audit", "--format", "html", "fixtures"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def terminal(program):
    """What the text report prints on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLUMNS": str(COLUMNS)}
    # What standard error says can depend on the clock.
    running = subprocess.Popen(
        [program, "audit", "fixtures"], cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    printed = b""
    try:
        while part := os.read(ours, 65536):
            printed += part
    except OSError:  # Linux ends the output of a terminal with an error.
        pass
    running.wait()
    return printed.replace(b"\r\n", b"\n")


def page_of_terminal(printed):
    """The command, the first lines that it printed, and the last one."""
    lines = printed.rstrip("\n").split("\n")
    if len(lines) > ROWS:
        lines = [*lines[: ROWS - 2], "…", lines[-1]]
    style, body = [], ["$ rotaudit audit fixtures\n"]
    for piece in re.split(r"(\x1b\[[0-9;]*m)", "\n".join(lines)):
        if piece.startswith("\x1b"):
            style = restyled(style, piece[2:-1].split(";"))
        elif piece:
            body.append(f'<span style="{";".join(style)}">{html.escape(piece)}</span>')
    return (
        f"""<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; background: #21252b }}
pre {{ margin: 0; padding: {PADDING}px; color: #dcdfe4; font: 13px/{LINE_HEIGHT}px "DejaVu Sans Mono", monospace }}</style>
<pre>{"".join(body)}</pre>""",
        len(lines) + 1,
    )


def restyled(style, codes):
    for code in codes:
        if code in ("", "0"):
            style = []
        elif code in STYLES:
            style = [*style, STYLES[code]]
        elif re.fullmatch("[39][0-7]", code):
            style = [*style, f"color:{COLORS[int(code[1])]}"]
        elif code == "39":
            style = [one for one in style if not one.startswith("color")]
        elif code == "22":
            style = [one for one in style if one not in (STYLES["1"], STYLES["2"])]
    return style


def photograph(page, name, width, height):
    picture = FOLDER / name
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page)
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
                f"--window-size={width},{height}", f"--screenshot={picture}", source.as_uri(),
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
    size = picture.stat().st_size
    if size >= MAX_BYTES:
        sys.exit(f"{picture} has {size} bytes, at most {MAX_BYTES}")


if __name__ == "__main__":
    main()
