"""Compares the product's category suggestion with models of scikit-learn, on the same folds of the same labelled texts (a
CSV file with the columns text and label; a heading in the column subject is put before the text): TF-IDF of words with
logistic regression, and TF-IDF of character n-grams within word boundaries with linear support vectors.

    pip install scikit-learn jieba && python3 tests/python/suggestion.py [FILE]

The default is the corpus of this repository; `tests/evaluate` gives a file of real messages. The exit status is 0 if
the product is at least as good, 1 if it is clearly worse than a model of words or has a lower macro-F1 than that of
characters, 2 if they could not be compared.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "api" / "insight" / "tests" / "corpus" / "labelled.csv"
PROGRAM = os.environ.get("ZHITONG", ROOT / "target" / "debug" / "zhitong")
FOLDS = 5
SEEDS = (1, 2)
# With 250 messages, one and a half standard errors of an accuracy of 0.7.
CLEARLY = 0.04
CHARACTERS = "scikit-learn, characters"


def zhitong(*arguments: object) -> dict:
    done = subprocess.run([PROGRAM, "classify", *map(str, arguments)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def write(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["text", "label"])
        writer.writeheader()
        writer.writerows({"text": row["text"], "label": row["label"]} for row in rows)


def ours(train: list[dict], test: list[dict], labels: list[str], folder: Path) -> list[list[int]]:
    """The confusion of one fold: right by given, in the order of `labels`."""
    train_file, test_file, model = folder / "train.csv", folder / "test.csv", folder / "model"
    write(train_file, train)
    write(test_file, test)
    zhitong("train", train_file, "--text", "text", "--label", "label", "--out", model, "--json")
    report = zhitong("eval", test_file, "--text", "text", "--label", "label", "--model", model, "--json")
    at = {label: place for place, label in enumerate(report["labels"])}
    return [[report["confusion"][at[right]][at[given]] for given in labels] for right in labels]


def theirs(balanced: bool, train: list[dict], test: list[dict], labels: list[str]) -> list[list[int]]:
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import confusion_matrix
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(
        TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, sublinear_tf=True),
        LogisticRegression(C=3.0, max_iter=1000, class_weight="balanced" if balanced else None),
    )
    pipeline.fit([row["text"] for row in train], [row["label"] for row in train])
    given = pipeline.predict([row["text"] for row in test])
    return confusion_matrix([row["label"] for row in test], given, labels=labels).tolist()


def characters(train: list[dict], test: list[dict], labels: list[str]) -> list[list[int]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import confusion_matrix
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    pipeline = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    pipeline.fit([row["text"] for row in train], [row["label"] for row in train])
    given = pipeline.predict([row["text"] for row in test])
    return confusion_matrix([row["label"] for row in test], given, labels=labels).tolist()


def scores(confusion: list[list[int]]) -> tuple[float, float]:
    """Accuracy and macro-F1 of all folds together."""
    places = range(len(confusion))
    total = sum(map(sum, confusion))
    hits = [confusion[place][place] for place in places]
    given = [sum(row[place] for row in confusion) for place in places]
    f1 = [2 * hits[place] / max(1, sum(confusion[place]) + given[place]) for place in places]
    return sum(hits) / total, sum(f1) / len(f1)


def add(total: list[list[int]], more: list[list[int]]) -> None:
    for row, other in zip(total, more):
        row[:] = map(sum, zip(row, other))


def main() -> int:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    if not data.is_file():
        print(f"suggestion: {data} is missing", file=sys.stderr)
        return 2
    try:
        import jieba
        from sklearn.model_selection import StratifiedKFold
    except ImportError:
        print("suggestion: pip install scikit-learn jieba", file=sys.stderr)
        return 2
    jieba.setLogLevel(60)
    with data.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["text"].strip() and row["label"].strip()]
    for row in rows:
        row["text"] = f"{row['subject']}，{row['text']}" if row.get("subject") else row["text"]
    right = [row["label"] for row in rows]
    labels = sorted(set(right))
    empty = lambda: [[0] * len(labels) for _ in labels]
    totals = {"ours": empty(), "scikit-learn": empty(), "scikit-learn, balanced": empty(), CHARACTERS: empty()}
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
            for seen, unseen in folds.split(rows, right):
                train, test = [rows[at] for at in seen], [rows[at] for at in unseen]
                add(totals["ours"], ours(train, test, labels, Path(folder)))
                add(totals["scikit-learn"], theirs(False, train, test, labels))
                add(totals["scikit-learn, balanced"], theirs(True, train, test, labels))
                add(totals[CHARACTERS], characters(train, test, labels))
    print(f"suggestion: {len(rows)} messages, {len(labels)} categories, {FOLDS} folds, seeds {SEEDS}")
    print(f"{'':24}{'accuracy':>10}{'macro-F1':>10}")
    found = {name: scores(total) for name, total in totals.items()}
    for name, (accuracy, f1) in found.items():
        print(f"{name:24}{accuracy:10.3f}{f1:10.3f}")
    accuracy, f1 = found.pop("ours")
    _, of_characters = found.pop(CHARACTERS)
    worse = [name for name, other in found.items() if accuracy < other[0] - CLEARLY or f1 < other[1] - CLEARLY]
    if f1 < of_characters:
        worse.append(CHARACTERS)
    for name in worse:
        print(f"suggestion: worse than {name}", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
