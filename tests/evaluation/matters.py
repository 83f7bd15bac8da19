"""How often the product takes a real message for two matters: `POST /api/v1/categories/suggest` of the running product
(`TEST_BASE_URL`) for every third message of a CSV file with a column `text`.

Nearly all of these messages tell of one matter, so the share of offers is close to that of false offers.
`--list` prints the halves of each offer, to be read.
"""

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import _product  # noqa: E402

STEP = 3
# The most that a request takes.
MAX_CHARS = 2_000
MAX_SHARE = 0.03


def matters(text, headers):
    """The two matters that are offered, or none."""
    answer = _product.SESSION.post(
        f"{_product.BASE}/api/v1/categories/suggest", json={"text": text}, headers=headers, timeout=30
    )
    answer.raise_for_status()
    return answer.json().get("matters", [])


def main():
    with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
        texts = [row["text"].strip()[:MAX_CHARS] for row in csv.DictReader(file)][::STEP]
    texts = [text for text in texts if text]
    headers = {"Authorization": f"Bearer {_product.sign_in(_product.person('delegate'))}"}
    offers = [offer for offer in (matters(text, headers) for text in texts) if offer]
    share = len(offers) / len(texts)
    print(f"matters: {len(offers)} of {len(texts)} real messages are offered as two, {share:.3f}")
    if "--list" in sys.argv:
        for first, second in offers:
            for matter in (first, second):
                category = matter["category"]
                print(f"  {category['name']} {category['confidence']:.2f}: {matter['text']}")
            print()
    return 1 if share > MAX_SHARE else 0


if __name__ == "__main__":
    sys.exit(main())
