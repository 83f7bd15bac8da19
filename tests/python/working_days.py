"""Compares the product's working days, day by day, with PyPI `chinesecalendar`, which knows nothing of ours.

    pip install chinesecalendar && python3 tests/python/working_days.py

Builds and runs the example `working_days` of `api`. Exit status: 0 agree, 1 differ, 2 could not be compared.
"""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

YEARS = (2024, 2025, 2026)
ROOT = Path(__file__).resolve().parents[2]


def ours() -> dict[date, bool]:
    """The Rust calendar's answer for every day of YEARS."""
    # The same features as every other build of the workspace, so that nothing is compiled twice.
    build = ["cargo", "build", "--quiet", "--workspace", "--example", "working_days"]
    subprocess.run(build, cwd=ROOT, check=True)
    program = ROOT / "target" / "debug" / "examples" / "working_days"
    lines = subprocess.run([program, *map(str, YEARS)], check=True, capture_output=True, text=True).stdout
    rows = (line.split(",") for line in lines.splitlines())
    return {date.fromisoformat(day): {"true": True, "false": False}[working] for day, working in rows}


def every_day() -> list[date]:
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def main() -> int:
    try:
        from chinese_calendar import is_workday
    except ImportError:
        print("working days: pip install chinesecalendar", file=sys.stderr)
        return 2
    try:
        mine = ours()
    except (subprocess.CalledProcessError, OSError, ValueError, KeyError) as error:
        print(f"working days: {error}", file=sys.stderr)
        return 2
    days = every_day()
    if sorted(mine) != days:
        print(f"working days: expected {len(days)} days, got {len(mine)}", file=sys.stderr)
        return 1
    differing = [day for day in days if mine[day] != is_workday(day)]
    for day in differing:
        print(f"working days: {day} {day:%a}: ours {mine[day]}, theirs {is_workday(day)}", file=sys.stderr)
    if not differing:
        print(f"working days: {len(days)} days of {YEARS[0]}-{YEARS[-1]} agree, {sum(mine.values())} of them worked")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
