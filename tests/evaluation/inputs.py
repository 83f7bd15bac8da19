"""Gives the product files from real life that once failed, and compares its answers with the right ones.

Rosters go through `zhitong import delegates --dry-run`, photos through `POST /api/v1/photos` of the running product
(`TEST_BASE_URL`). The first argument is the folder with `roster/` and `photos/`; a file is recognised by the start of
its name, so further files of a kind need no change here.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

import _product  # noqa: E402

PROGRAM = os.environ.get("ZHITONG", ROOT / "target" / "debug" / "zhitong")
FAULT = "a fault in words"
MAX_SECONDS = 60

# Start of a roster's file name: how many people are added, or FAULT; several where more than one answer is right.
ROSTERS = {
    "06_": (1,),
    "07_": (3,),
    "13_heading": (1,),
    "13_star_role": (1, FAULT),
    "13_on_roster_no": (0, FAULT),
    "14_": (1,),
    "22_merged": (8,),
    "22_two_row": (3,),
    "23_": (8,),
    "29_": (8, FAULT),
    "roster_unclosed_quote": (FAULT,),
    "roster_takes_absent": (1,),
    "roster_zwsp": (1, 2, 3, 8),
}

# Start of a photo's file name: status, and the error's code.
PHOTOS = {
    "00_good": (201, None),
    "08_": (201, None),
    "16_truncated": (422, "photo_damaged"),
    "16_": (201, None),
    "17_": (201, None),
    "18_": (201, None),
    "cut_": (422, "photo_damaged"),
}


def right_answer(table, name):
    """The entry with the longest start of `name`, or None."""
    starts = [start for start in table if name.startswith(start)]
    return table[max(starts, key=len)] if starts else None


def roster(path, prepared):
    """How many people the import would add, or FAULT with its text. `prepared` is a folder with an empty roster."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
        command = ["import", "delegates", path, "--dry-run", "--keep-missing", "--json"]
        done = zhitong(command, folder, MAX_SECONDS)
    if done.returncode:
        panicked = "panicked" in done.stderr
        return ("a panic" if panicked else FAULT), done.stderr.strip()[-300:]
    return json.loads(done.stdout)["added"], ""


def zhitong(command, folder, seconds):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "ZHITONG_DATA_DIR": folder,
        "WECHAT_MODE": "sandbox",
        "JWT_SECRET": "only-for-the-tests-0123456789-abcdefghij",
        "DATA_KEY": "k1:" + base64.b64encode(bytes(range(32))).decode(),
    }
    return subprocess.run(
        [PROGRAM, *command], capture_output=True, text=True, cwd=folder, env=environment, timeout=seconds
    )


def prepare(folder):
    """Loads the city, so that each roster starts from the same state."""
    sample = Path(folder) / "sample.csv"
    sample.write_text("姓名,手机号,角色,层级,选举单位\n样例,13899990000,代表,市,样例团\n", encoding="utf-8")
    done = zhitong(["import", "delegates", sample, "--dry-run", "--keep-missing", "--json"], folder, 120)
    if done.returncode:
        raise SystemExit(f"inputs: the city could not be loaded: {done.stderr.strip()}")


def photo(path, headers):
    """Status and code of an upload."""
    fields = {"taken_at": datetime.now(timezone.utc).isoformat()} if path.name.startswith("18_") else {}
    with path.open("rb") as file:
        answer = _product.SESSION.post(
            f"{_product.BASE}/api/v1/photos", files={"file": (path.name, file)}, data=fields, headers=headers, timeout=30
        )
    return answer.status_code, None if answer.ok else answer.json().get("code")


def rosters(folder, prepared, wrong):
    checked = 0
    for path in sorted(folder.iterdir()):
        right = right_answer(ROSTERS, path.name)
        if right is None:
            print(f"inputs: no right answer is known for {path.name}")
            continue
        checked += 1
        try:
            answer, text = roster(path, prepared)
        except subprocess.TimeoutExpired:
            answer, text = "nothing", f"after {MAX_SECONDS} s"
        if answer not in right:
            wrong.append(f"{path.name}: {answer} instead of {' or '.join(map(str, right))} {text}")
    return checked


def photos(folder, wrong):
    token = _product.sign_in(_product.person("delegate"))
    headers = {"Authorization": f"Bearer {token}"}
    checked = 0
    for path in sorted(folder.iterdir()):
        right = right_answer(PHOTOS, path.name)
        if right is None:
            # HEIC needs a converter that not every machine has.
            continue
        checked += 1
        answer = photo(path, headers)
        if answer != right:
            wrong.append(f"{path.name}: {answer} instead of {right}")
    return checked


def main():
    folder = Path(sys.argv[1])
    wrong = []
    with tempfile.TemporaryDirectory() as prepared:
        prepare(prepared)
        checked = rosters(folder / "roster", prepared, wrong)
    checked += photos(folder / "photos", wrong)
    print(f"inputs: {checked} files, {len(wrong)} wrong answers")
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
