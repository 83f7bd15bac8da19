"""A stand-in for a city's 12345 platform: a process of its own that receives the product's webhooks, keeps its own list of
orders with its own unit codes, and reports back through POST /api/v1/link/events.

    python tests/python/_platform.py --port 9100 --store platform.sqlite

Everything it must not forget is in the store, so that it can be killed and started again. Controls (JSON over HTTP):

    POST /control/settings   {secret, key, product}          how it is called, and how it calls
    POST /control/faults     {slow_ms, down, double, hold, newest_first}
    POST /control/reports    {type, number | external_number, at, …}   queues a report; 202 {event_id}
    GET  /control/reports    every report with its answer
    GET  /control/orders     its list of orders
    GET  /control/messages   every webhook, in the order of arrival, with how often it came
    GET  /control/complaints what must never happen: a wrong signature, two answers to one event
    GET  /orders.json        the list for `zhitong link reconcile`, for callers with the list's token

Faults: `slow_ms` before each answer and each report, `down` answers 503 and reports nothing, `double` reports twice and
loses its first acknowledgement of each webhook, `hold` reports nothing, `newest_first` reports the newest first.
"""

import argparse
import datetime
import http.server
import json
import sqlite3
import threading
import time
import uuid

import requests
from standardwebhooks import Webhook

LIST_TOKEN = "list-token-of-the-stand-in"
# The platform's own words for the steps of an order.
WORDS = {
    "submitted": "已受理",
    "triage": "待分派",
    "dispatched": "待签收",
    "in_progress": "办理中",
    "replied": "已答复",
    "closed": "已办结",
    "cancelled": "已撤销",
}
NO_FAULTS = {"slow_ms": 0, "down": False, "double": False, "hold": False, "newest_first": False}
SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, arrival INTEGER, times INTEGER, type TEXT, number TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS held_order (number TEXT PRIMARY KEY, external TEXT, unit TEXT, status TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS report (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE, body TEXT, status INTEGER, answer TEXT,
    tries INTEGER DEFAULT 0, patient INTEGER);
CREATE TABLE IF NOT EXISTS complaint (text TEXT);
"""


class Platform:
    def __init__(self, store):
        self.lock = threading.RLock()
        self.db = sqlite3.connect(store, check_same_thread=False, isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)
        self.faults = dict(NO_FAULTS)
        self.lost = set()
        self.http = requests.Session()
        self.http.trust_env = False

    def rows(self, sql, *values):
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def setting(self, name):
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return found[0][0] if found else None

    def complain(self, text):
        self.rows("INSERT INTO complaint VALUES (?)", text)

    # Webhooks

    def receive(self, headers, body):
        """The status that a webhook is answered with."""
        time.sleep(self.faults["slow_ms"] / 1000)
        if self.faults["down"]:
            return 503
        try:
            message = verified(self.setting("secret"), body, headers)
        except Exception as error:
            self.complain(f"a webhook with a wrong signature: {error}")
            return 401
        self.keep(headers["webhook-id"], message)
        if self.faults["double"] and headers["webhook-id"] not in self.lost:
            self.lost.add(headers["webhook-id"])
            return 500
        return 204

    def keep(self, message_id, message):
        order = message["data"].get("order") or {}
        number = order.get("number")
        with self.lock:
            known = self.rows("SELECT times FROM message WHERE id = ?", message_id)
            if known:
                self.rows("UPDATE message SET times = times + 1 WHERE id = ?", message_id)
                return
            arrival = self.rows("SELECT count(*) FROM message")[0][0]
            self.rows(
                "INSERT INTO message VALUES (?, ?, 1, ?, ?, ?)",
                message_id, arrival, message["type"], number, json.dumps(message, ensure_ascii=False),
            )
            if number is None:
                return
            external = f"PT-{number}"
            self.rows("INSERT OR IGNORE INTO held_order VALUES (?, ?, NULL, NULL, NULL)", number, external)
            # Events of one order arrive in their order.
            before = self.rows("SELECT body FROM held_order WHERE number = ?", number)[0][0]
            if before and json.loads(before)["version"] > order["version"]:
                self.complain(f"{message['type']} of {number} came after a later one")
            unit = (order.get("unit") or {}).get("platform_code")
            self.rows(
                "UPDATE held_order SET unit = ?, status = ?, body = ? WHERE number = ?",
                unit, order["status"], json.dumps(order, ensure_ascii=False), number,
            )

    # Reports

    def queue(self, report):
        with self.lock:
            number = report.get("number")
            if number:
                external, unit = self.rows("SELECT external, unit FROM held_order WHERE number = ?", number)[0]
                report.setdefault("external_number", external)
                report.setdefault("unit_code", unit)
            return self.add(report)

    def add(self, report, patient=False):
        body = dict(report, event_id=f"pt-{uuid.uuid4()}")
        self.rows(
            "INSERT INTO report (event_id, body, patient) VALUES (?, ?, ?)",
            body["event_id"], json.dumps(body, ensure_ascii=False), patient,
        )
        return body["event_id"]

    def report_forever(self):
        while True:
            if not self.report_one():
                time.sleep(0.05)

    def report_one(self):
        faults = dict(self.faults)
        if faults["down"] or faults["hold"] or not self.setting("key"):
            return False
        way = "DESC" if faults["newest_first"] else "ASC"
        waiting = self.rows(f"SELECT event_id, body FROM report WHERE status IS NULL ORDER BY patient, seq {way}")
        if not waiting:
            return False
        event_id, body = waiting[0]
        time.sleep(faults["slow_ms"] / 1000)
        answers = [self.call(event_id, body) for _ in range(2 if faults["double"] else 1)]
        if any(answer is None for answer in answers):
            time.sleep(0.2)
            return False
        if answers[0] != answers[-1]:
            self.complain(f"{event_id} was answered {answers[0]} and then {answers[-1]}")
        status, answer = answers[0]
        self.rows("UPDATE report SET status = ?, answer = ? WHERE event_id = ?", status, answer, event_id)
        sent = json.loads(body)
        if sent["type"] == "submitted" and status == 200:
            # The order began here and keeps the platform's number.
            self.rows(
                "INSERT INTO held_order (number, external) VALUES (?, ?)"
                " ON CONFLICT (number) DO UPDATE SET external = excluded.external",
                json.loads(answer)["number"], sent["external_number"],
            )
        # What was refused because an earlier step was still under way is reported again, as a new event.
        if status == 409 and len(waiting) > 1:
            if "accept" not in json.loads(answer).get("allowed", []):
                self.complain(f"{event_id}: the refusal does not say that the order may be accepted: {answer}")
            self.add({name: value for name, value in sent.items() if name != "event_id"}, patient=True)
        return True

    def call(self, event_id, body):
        self.rows("UPDATE report SET tries = tries + 1 WHERE event_id = ?", event_id)
        try:
            answer = self.http.post(
                f"{self.setting('product')}/api/v1/link/events",
                data=body.encode(),
                headers={"Authorization": f"Bearer {self.setting('key')}", "Content-Type": "application/json"},
                timeout=120,
            )
        except requests.RequestException:
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        return answer.status_code, answer.text

    def list(self):
        held = self.rows("SELECT number, external, status FROM held_order ORDER BY number")
        return [
            {"external_number": external, "number": number, "status": WORDS[status]} for number, external, status in held
        ]


def verified(secret, body, headers):
    """The message, if one of its signatures is the secret's; however old it is: the stories play in another year."""
    moment = datetime.datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=datetime.timezone.utc)
    expected = Webhook(secret).sign(headers["webhook-id"], moment, body.decode())
    if expected not in headers["webhook-signature"].split(" "):
        raise ValueError("no signature is this secret's")
    return json.loads(body)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        platform = self.server.platform
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/hook":
            return self.answer(platform.receive({name.lower(): value for name, value in self.headers.items()}, body))
        given = json.loads(body)
        if self.path == "/control/settings":
            for name, value in given.items():
                platform.rows("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)
            return self.answer(204)
        if self.path == "/control/faults":
            platform.faults = dict(NO_FAULTS, **given)
            return self.answer(204)
        if self.path == "/control/reports":
            return self.answer(202, {"event_id": platform.queue(given)})
        return self.answer(404)

    def do_GET(self):
        platform = self.server.platform
        if self.path == "/orders.json":
            if self.headers.get("authorization") != f"Bearer {LIST_TOKEN}":
                return self.answer(401)
            return self.answer(200, {"items": platform.list()})
        if self.path == "/control/orders":
            held = platform.rows("SELECT number, external, unit, status, body FROM held_order")
            names = ("number", "external_number", "unit", "status")
            return self.answer(200, [dict(zip(names, row), order=json.loads(row[4] or "{}")) for row in held])
        if self.path == "/control/messages":
            kept = platform.rows("SELECT id, times, type, number FROM message ORDER BY arrival")
            return self.answer(200, [dict(zip(("id", "times", "type", "number"), row)) for row in kept])
        if self.path == "/control/reports":
            kept = platform.rows("SELECT event_id, body, status, answer, tries FROM report ORDER BY seq")
            names = ("event_id", "body", "status", "answer", "tries")
            reports = [dict(zip(names, row)) for row in kept]
            for report in reports:
                report["body"] = json.loads(report["body"])
                report["answer"] = json.loads(report["answer"]) if report["answer"] else None
            return self.answer(200, reports)
        if self.path == "/control/complaints":
            return self.answer(200, [text for (text,) in platform.rows("SELECT text FROM complaint")])
        return self.answer(404)

    def answer(self, status, body=None):
        text = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", required=True)
    args = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    server.platform = Platform(args.store)
    threading.Thread(target=server.platform.report_forever, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
