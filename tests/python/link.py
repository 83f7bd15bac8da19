"""The link with a city's platform: stories 1 and 3 are played through a stand-in for it (_platform.py, a process of its own),
on SQLite and PostgreSQL at the same time: undisturbed, and in a long run (TESTS_LONG) under faults: slow, down, doubled, out of
order, and with both sides killed. Then each database plays half of the milder faults, or with --all every one.

Nothing may be lost and nothing done twice: each run must leave the histories, the answers and the messages of the undisturbed
one.

    python tests/python/link.py [--all | FAULT …]

TEST_POSTGRES_URL names a cluster; without it only SQLite is played.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
import urllib.parse
import uuid

import requests

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = pathlib.Path(os.environ.get("ZHITONG", ROOT / "target/debug/zhitong"))
STORIES = ROOT / "api/city/luoyang/demo/stories"
ZONE = datetime.timezone(datetime.timedelta(hours=8))
START = "2025-09-08T08:00:00+08:00"
UNITS = {"翠云路街道办事处": "PT-LL-07", "涧西区人民政府": "PT-JX-00"}
# What the platform reports; everything else is done in the product.
REPORTED = {"order/accept": "accepted", "order/reply": "replied", "order/extensions": "extension_requested"}
FAULTS = ["none", "slow", "down", "doubled", "out-of-order", "killed"]
# What each database plays if nothing is asked for: together everything.
SHARES = {
    "SQLite": ["none", "slow", "doubled", "killed"],
    "PostgreSQL": ["none", "down", "out-of-order", "killed"],
}
# Under every fault it takes minutes.
LONG = bool(os.environ.get("TESTS_LONG"))
PATIENCE_SECS = 300


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http():
    session = requests.Session()
    session.trust_env = False
    return session


def until(what, holds, each=0.1):
    """Waits for what another process does."""
    give_up = time.monotonic() + PATIENCE_SECS
    while time.monotonic() < give_up:
        found = holds()
        if found:
            return found
        time.sleep(each)
    raise SystemExit(f"link: gave up waiting for {what}")


class Process:
    """A server that can be killed and started again at its address."""

    def __init__(self, folder, name):
        self.port, self.log = free_port(), open(folder / f"{name}.log", "ab")
        self.base, self.http, self.child = f"http://127.0.0.1:{self.port}", http(), None

    def spawn(self, command, environment, alive):
        self.child = subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log)
        self.wait(alive)

    def wait(self, alive):
        def answers():
            if self.child.poll() is not None:
                raise SystemExit(f"link: the process has ended, see {self.log.name}")
            try:
                return self.http.get(f"{self.base}{alive}", timeout=2).status_code == 200
            except requests.RequestException:
                return False

        until(alive, answers)

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()


class Product(Process):
    def __init__(self, folder, database):
        super().__init__(folder, "product")
        self.folder, self.database, self.clock = folder, database, START
        self.tokens, self.people = {}, None

    def environment(self):
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "RUST_LOG": "warn,zhitong=info",
            "ZHITONG_BIND": f"127.0.0.1:{self.port}", "ZHITONG_DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.database, "WECHAT_MODE": "sandbox", "ZHITONG_WEBHOOK_ALLOW_PRIVATE": "true",
            "WECHAT_PUSH_TOKEN": "testtoken", "WECHAT_PUSH_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "JWT_SECRET": "only-for-the-tests-0123456789-abcdefghij",
            "DATA_KEY": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "ZHITONG_CLOCK_START": self.clock,
        }

    def start(self):
        self.spawn([str(BINARY), "serve"], self.environment(), "/readyz")

    def kill_and_start(self):
        self.clock = self.now()
        self.kill()
        self.start()

    def run(self, *arguments):
        return subprocess.run(
            [str(BINARY), *arguments], env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )

    # The clock

    def now(self):
        return self.http.get(f"{self.base}/sandbox/clock", timeout=10).json()["now"]

    def move(self, **how):
        answer = self.http.post(f"{self.base}/sandbox/clock", json=how, timeout=120)
        answer.raise_for_status()

    # People

    def person(self, who, nth=0, **wanted):
        self.people = self.people or self.http.get(f"{self.base}/sandbox/people", timeout=10).json()
        fits = [p for p in self.people if p["role"] == who and all(p.get(k) == v for k, v in wanted.items())]
        if not fits:
            raise SystemExit(f"the sandbox has no {who} with {wanted}")
        return fits[nth % len(fits)]

    def post(self, path, body):
        answer = self.http.post(f"{self.base}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def token(self, person):
        if person["openid"] not in self.tokens:
            code = self.post("/sandbox/login-codes", {"openid": person["openid"]})["code"]
            session = self.post("/api/v1/sessions", {"code": code})
            if session["status"] == "bind_required":
                given = {"openid": person["openid"], "phone": person["phone"]}
                phone_code = self.post("/sandbox/phone-codes", given)["code"]
                ticket = {"bind_ticket": session["bind_ticket"], "phone_code": phone_code}
                session = self.post("/api/v1/sessions/bind", ticket)
            self.tokens[person["openid"]] = session["access_token"]
        return self.tokens[person["openid"]]

    def call(self, person, method, path, body=None):
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {self.token(person)}", "Idempotency-Key": str(uuid.uuid4())}
            answer = self.http.request(
                method, f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=60
            )
            # The clock has moved past the token's end.
            if answer.status_code == 401 and attempt == 1:
                del self.tokens[person["openid"]]
                continue
            break
        if answer.status_code >= 400:
            raise SystemExit(f"link: {method} {path} by {person['role']}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None


class Platform(Process):
    def __init__(self, folder):
        super().__init__(folder, "platform")
        self.store = folder / "platform.sqlite"

    def start(self):
        command = [sys.executable, str(HERE / "_platform.py"), "--port", str(self.port), "--store", str(self.store)]
        self.spawn(command, dict(os.environ), "/control/reports")

    def get(self, what):
        return self.http.get(f"{self.base}/control/{what}", timeout=30).json()

    def put(self, what, body):
        answer = self.http.post(f"{self.base}/control/{what}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Story:
    """A script of the demonstration, with the values that it remembers."""

    def __init__(self, name):
        script = tomllib.loads((STORIES / f"{name}.toml").read_text(encoding="utf-8"))
        self.name, self.steps, self.known, self.reporter = name, script["step"], {}, None

    def fill(self, value):
        if isinstance(value, str):
            for name, text in self.known.items():
                value = value.replace(f"${{{name}}}", text)
            return value
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {name: self.fill(item) for name, item in value.items()}
        return value


def plain(note):
    """A note without numbers of orders and documents."""
    return note and re.sub(r"[A-Z]*\d{6,}[-\d]*", "#", note)


def at(value, path):
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = (value or {}).get(part)
    return value


class Run:
    def __init__(self, folder, database, fault):
        self.fault, self.chance = fault, random.Random(fault)
        self.product, self.platform = Product(folder, database), Platform(folder)
        self.key, self.held, self.numbers, self.kills = None, None, {}, 0

    def start(self):
        self.product.start()
        self.platform.start()
        admin = self.product.person("admin")
        client = {"name": "市12345平台", "scopes": ["link"]}
        self.key = self.product.call(admin, "POST", "/clients", client)["key"]
        hook = {
            "url": f"{self.platform.base}/hook", "events": ["*"], "include_personal_data": True, "linked_only": True,
            "description": "市12345平台",
        }
        secret = self.product.call(admin, "POST", "/webhooks", hook)["secret"]
        for unit, code in UNITS.items():
            path = f"/link/units/{urllib.parse.quote(unit)}"
            self.product.call(admin, "PUT", path, {"platform_code": code})
        self.platform.put("settings", {"secret": secret, "key": self.key, "product": self.product.base})
        self.set_faults()

    def set_faults(self, **more):
        faults = {"slow": {"slow_ms": 1500}, "doubled": {"double": True}, "out-of-order": {"newest_first": True}}
        self.platform.put("faults", dict(faults.get(self.fault, {}), **more))

    def stop(self):
        for process in (self.product, self.platform):
            if process.child and process.child.poll() is None:
                process.kill()

    # Playing

    def play(self):
        """Both stories, each step at its time."""
        self.file_something_else()
        planned, stories = [], [Story("1"), Story("3")]
        for story in stories:
            moment = None
            for nth, step in enumerate(story.steps):
                if "at" in step:
                    moment = datetime.datetime.strptime(step["at"], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
                elif "after_hours" in step:
                    moment += datetime.timedelta(hours=step["after_hours"])
                planned.append((moment, story.name, nth, story, step))
        for moment, _, nth, story, step in sorted(planned, key=lambda plan: plan[:3]):
            if moment > datetime.datetime.fromisoformat(self.product.now()):
                self.product.move(set=moment.isoformat())
            try:
                self.step(story, step)
            except Exception as error:
                raise RuntimeError(f"story {story.name}, step {nth + 1}") from error
        self.numbers = {story.name: story.known["number"] for story in stories}

    def file_something_else(self):
        """An order of a unit that is not linked: the platform may not hear of it."""
        delegate = self.product.person("delegate", area="伊川县")
        place = {"longitude": 112.43, "latitude": 34.42, "datum": "wgs84", "accuracy_m": 20}
        self.product.call(delegate, "POST", "/orders", {"description": "县城路灯不亮。", "location": place})

    def actor(self, story, who):
        role, _, rest = who.partition(" ")
        if who == "reporter":
            return story.reporter
        if who == "unit":
            return self.product.person("handler", unit=story.known["unit"])
        if role == "handler":
            return self.product.person("handler", unit=rest)
        if role == "supervisor":
            return self.product.person("supervisor", area=rest) if rest else self.product.person("supervisor", level="city")
        if role == "delegate":
            area, _, nth = rest.partition(" ")
            story.reporter = story.reporter or self.product.person("delegate", int(nth or 0), area=area)
            story.known["caller"] = story.reporter["phone"]
            return story.reporter
        return self.product.person(role)

    def step(self, story, step):
        actor, path = self.actor(story, step["who"]), step.get("post")
        if step["who"] == "unit" and path in REPORTED:
            answer = self.report(story, REPORTED[path], story.fill(step.get("body", {})))
            if answer is None:
                return
        elif path == "/hotline/calls" and story.name == "1":
            answer = self.call_to_the_platform(story.fill(step["body"]))
        elif path:
            if path == "/hotline/calls" and self.fault == "down":
                self.set_faults(down=True)
            answer = self.product.call(actor, "POST", self.path(story, path), story.fill(step.get("body", {})))
        elif "get" in step:
            answer = self.product.call(actor, "GET", self.path(story, step["get"]))
        else:
            return
        for name, where in step.get("keep", {}).items():
            value = at(answer, where)
            story.known[name] = value if isinstance(value, str) else json.dumps(value)
        for where, wanted in step.get("expect", {}).items():
            # The platform's report has no administrative decisions.
            if where.startswith("replies."):
                continue
            if at(answer, where) != story.fill(wanted):
                raise SystemExit(f"link: {where} should be {wanted} and is {at(answer, where)}")
        if path == "/hotline/calls":
            self.handed_over(answer["number"], filed_here=story.name != "1")

    def path(self, story, path):
        if path.startswith("order"):
            return f"/orders/{story.known['number']}{story.fill(path.removeprefix('order'))}"
        return story.fill(path)

    def order(self, number):
        return self.product.call(self.product.person("operator"), "GET", f"/orders/{number}")

    def call_to_the_platform(self, call):
        """The delegate called the platform: the order begins there."""
        report = {"type": "submitted", "external_number": f"PT-CALL-{call['call_id']}", "at": self.product.now()}
        for name in ("caller_phone", "description", "address", "location", "category"):
            if name in call:
                report[name] = call[name]
        answered = self.reported([self.platform.put("reports", report)])
        return self.order(answered[-1]["answer"]["number"])

    def handed_over(self, number, filed_here):
        """The order reaches the platform, with the platform's code of its unit; late, where it is down at first."""

        def known():
            held = [order for order in self.platform.get("orders") if order["number"] == number]
            return held and held[0]["unit"] in UNITS.values() and held[0]

        if self.fault == "down" and filed_here:
            time.sleep(2)
            if known():
                raise SystemExit("link: the platform was down and has the order")
            self.set_faults()
        self.settle(known, "the order at the platform")

    def settle(self, holds, what):
        """Waits, and moves the clock so that what failed comes due again."""

        def moved():
            found = holds()
            if not found:
                self.product.move(advance_seconds=30)
            return found

        return until(what, moved, each=0.5)

    def report(self, story, kind, body):
        """The unit acts on the platform, which reports it."""
        number = story.known["number"]
        report = {"type": kind, "number": number, "at": self.product.now()}
        report |= {name: body[name] for name in ("account", "public_reply", "reason") if name in body}
        if kind == "replied":
            report["file_urls"] = [f"https://12345.example.cn/files/{story.name}.pdf"]
        reports = [report]
        if story.name == "1" and kind == "accepted" and self.held is None and self.order(number)["round"] == 2:
            # The platform sends the second acceptance late, together with the reply.
            self.held = report
            return None
        if kind == "replied" and self.held and self.held["number"] == number:
            reports, self.held = [dict(self.held, at=self.product.now()), report], False
        ids = self.send(reports)
        answered = self.reported(ids)
        if answered[-1]["answer"]["applied"] is not True:
            raise SystemExit(f"link: {answered[-1]}")
        return self.order(number)

    def send(self, reports):
        """Queues reports; what is to be killed is killed while they are under way."""
        self.set_faults(hold=True)
        ids = [self.platform.put("reports", report)["event_id"] for report in reports]
        if self.fault == "down":
            self.set_faults(down=True)
            time.sleep(0.5)
        self.set_faults()
        if self.fault == "killed":
            time.sleep(self.chance.uniform(0, 0.08))
            self.kills += 1
            if self.kills % 2:
                self.product.kill_and_start()
            else:
                self.platform.kill()
                self.platform.start()
                self.set_faults()
        return ids

    def reported(self, ids):
        """The reports with their answers, when all have one; refused ones have been sent again."""

        def answered():
            reports = self.platform.get("reports")
            if any(report["status"] is None for report in reports):
                return None
            return reports

        reports = until("answers to the reports", answered)
        done = [report for report in reports if report["status"] == 200]
        return done[-len(ids):]

    # What is left

    def outcome(self):
        """What a run leaves, without ids and times."""
        operator = self.product.person("operator")
        self.settle(lambda: self.everything_sent() and self.everything_delivered(), "the last messages")
        complaints = self.platform.get("complaints")
        if complaints:
            raise SystemExit(f"link: {complaints}")
        messages = self.platform.get("messages")
        outcome = {"messages": {}, "orders": {}, "reports": []}
        for name, number in self.numbers.items():
            timeline = self.product.call(operator, "GET", f"/orders/{number}/timeline")["items"]
            order = self.order(number)
            outcome["orders"][name] = {
                "history": [(item["action"], item["to"], item["round"], plain(item["note"])) for item in timeline],
                "status": order["status"], "round": order["round"], "extensions": len(order["extensions"]),
            }
            outcome["messages"][name] = [m["type"] for m in messages if m["number"] == number]
            by_client = [item for item in timeline if item["name"] == "接口·市12345平台"]
            if len(by_client) < 4:
                raise SystemExit("link: the history does not name the client")
        others = {message["number"] for message in messages} - set(self.numbers.values()) - {None}
        if others:
            raise SystemExit(f"link: the platform heard of {others}, which no linked unit has")
        reports = self.platform.get("reports")
        outcome["reports"] = [
            (report["body"]["type"], report["answer"]["status"]) for report in reports if report["status"] == 200
        ]
        refused = [report for report in reports if report["status"] != 200]
        if bool(refused) != (self.fault == "out-of-order"):
            raise SystemExit(f"link: {len(refused)} reports were refused: {refused}")
        self.fault_was_felt(messages, reports)
        return outcome

    def deliveries(self):
        admin = self.product.person("admin")
        endpoint = self.product.call(admin, "GET", "/webhooks")["items"][0]["id"]
        return self.product.call(admin, "GET", f"/webhooks/{endpoint}/deliveries")["items"]

    def everything_sent(self):
        """The last event of each order has left the outbox, which is not shown: the platform knows the order's status."""
        held = {order["number"]: order["status"] for order in self.platform.get("orders")}
        return all(held.get(number) == self.order(number)["status"] for number in self.numbers.values())

    def everything_delivered(self):
        """Nothing waits for the endpoint any more."""
        return all(row["status"] == "delivered" for row in self.deliveries())

    def fault_was_felt(self, messages, reports):
        """A fault that did nothing would prove nothing."""
        twice = sum(message["times"] > 1 for message in messages)
        tried = sum(report["tries"] > 1 for report in reports)
        if self.fault == "doubled" and (twice < 5 or tried < 5):
            raise SystemExit(f"link: {twice} messages and {tried} reports came twice")
        if self.fault == "down" and not any(row["attempts"] > 1 for row in self.deliveries()):
            raise SystemExit("link: every message arrived at the first try")
        if self.fault == "none" and (twice or tried):
            raise SystemExit(f"link: undisturbed, {twice} messages and {tried} reports came twice")

    def reconcile(self):
        """Both sides agree; undisturbed, an order that the platform has closed too early is named, too."""
        token = self.product.folder / "token"
        token.write_text("list-token-of-the-stand-in\n", encoding="utf-8")
        compare = ("link", "reconcile", "--token-file", str(token), "--json", f"{self.platform.base}/orders.json")
        agreed = self.product.run(*compare)
        if agreed.returncode != 0 or json.loads(agreed.stdout)["linked"] != 2:
            raise SystemExit(f"link: reconcile: {agreed.stdout} {agreed.stderr}")
        if self.fault != "none":
            return
        if self.product.run("link", "reconcile", "--json", f"{self.platform.base}/orders.json").returncode == 0:
            raise SystemExit("link: the list was read without its token")
        listed = self.http_list()
        listed[0]["status"] = "办理中"
        file = self.product.folder / "list.json"
        file.write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")
        differs = self.product.run("link", "reconcile", "--json", str(file))
        found = json.loads(differs.stdout)["differences"]
        if differs.returncode == 0 or [one["difference"] for one in found] != ["status_differs"]:
            raise SystemExit(f"link: reconcile with a difference: {differs.stdout} {differs.stderr}")

    def http_list(self):
        headers = {"Authorization": "Bearer list-token-of-the-stand-in"}
        return self.platform.http.get(f"{self.platform.base}/orders.json", headers=headers, timeout=10).json()["items"]


def played(name, database, fault):
    with tempfile.TemporaryDirectory(prefix="zhitong-link-") as folder:
        run = Run(pathlib.Path(folder), database(folder), fault)
        started = time.monotonic()
        try:
            run.start()
            run.play()
            outcome = run.outcome()
            run.reconcile()
        except BaseException:
            for name in ("product", "platform"):
                print((pathlib.Path(folder) / f"{name}.log").read_text(encoding="utf-8")[-3000:], file=sys.stderr)
            raise
        finally:
            run.stop()
        seconds = time.monotonic() - started
        print(f"link: {fault} on {name}: {seconds:.0f} s, {len(outcome['reports'])} reports", flush=True)
        return outcome


def databases():
    yield "SQLite", lambda folder: f"sqlite://{folder}/zhitong.sqlite"
    cluster = os.environ.get("TEST_POSTGRES_URL")
    if cluster:
        yield "PostgreSQL", lambda folder: new_database(cluster)


def new_database(cluster):
    name = f"link_{uuid.uuid4().hex[:12]}"
    subprocess.run(["psql", "-q", cluster, "-c", f"CREATE DATABASE {name}"], check=True, timeout=60)
    return f"{cluster.rsplit('/', 1)[0]}/{name}"


def played_all(name, database, faults):
    """The undisturbed run, and each fault against it."""
    undisturbed = played(name, database, "none")
    for fault in faults:
        if fault == "none":
            continue
        outcome = played(name, database, fault)
        for part, expected in undisturbed.items():
            if outcome[part] != expected:
                raise SystemExit(f"link: {fault} on {name}: {part}:\n  {outcome[part]}\ninstead of\n  {expected}")


def main():
    asked = sys.argv[1:]
    if asked == ["--all"]:
        asked = FAULTS
    unknown = set(asked) - set(FAULTS)
    if unknown:
        sys.exit(f"link: no fault is called {sorted(unknown)}; there are: {FAULTS}")
    failed = False
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(played_all, name, database, asked or (SHARES[name] if LONG else ["none"]))
            for name, database in databases()
        ]
        for run in concurrent.futures.as_completed(runs):
            error = run.exception()
            if error:
                failed = True
                print("".join(traceback.format_exception(error)), file=sys.stderr)
    if failed:
        sys.exit("link: failed")
    print("link: ok")


if __name__ == "__main__":
    main()
