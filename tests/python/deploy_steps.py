"""The steps that the files in deploy/ say, carried out on loopback with the real programs: the commands of the systemd units, of
the compose file (migration, two replicas, nginx with its own configuration) and of the Kubernetes manifests (job, probes, an
eviction). Host names, ports and folders are the only things that are replaced.

TEST_POSTGRES_URL names a cluster; nginx and openssl must be installed.
"""

import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import boto3
import botocore.config
import requests
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BINARY = pathlib.Path(os.environ.get("ZHITONG", ROOT / "target/debug/zhitong"))
SECRETS = {
    "WECHAT_MODE": "sandbox", "JWT_SECRET": "only-for-the-tests-0123456789-abcdefghij",
    "DATA_KEY": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "RUST_LOG": "warn",
}
RUNNING = []


def check(holds, fault):
    if not holds:
        sys.exit(f"deploy steps: {fault}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**more):
    return {"PATH": os.environ["PATH"], "HOME": "/tmp", **SECRETS, **more}


def run(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    check(done.returncode == 0, f"{shlex.join(command)}: {(done.stdout + done.stderr)[-800:]}")
    return done.stdout


def start(command, env, log):
    with open(log, "ab") as file:
        RUNNING.append(subprocess.Popen(command, env=env, stdout=file, stderr=file))
    return RUNNING[-1]


def get(url, **more):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=10, **more)


def until_ok(url, log, **more):
    for _ in range(3_000):
        try:
            if get(url, **more).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    sys.exit(f"deploy steps: {url} does not answer: {pathlib.Path(log).read_text(encoding='utf-8')[-800:]}")


# systemd


def unit(name, folder):
    """The settings of a unit, with this machine's folders."""
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8").replace("%%", "%")
    for there, here in (("/usr/local/bin/zhitong", BINARY), ("/var/lib/zhitong", folder / "data"), ("/var/backups/zhitong", folder / "backups")):
        text = text.replace(there, str(here))
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def systemd(folder):
    """The server, then both timers' services while it serves."""
    (folder / "data").mkdir()
    (folder / "backups").mkdir()
    port = free_port()

    def env_of(settings):
        own = dict(item.split("=", 1) for item in settings.get("Environment", []))
        return environment(ZHITONG_BIND=f"127.0.0.1:{port}", **own)

    server = unit("zhitong.service", folder)
    child = start(shlex.split(server["ExecStart"][0]), env_of(server), folder / "systemd.log")
    until_ok(f"http://127.0.0.1:{port}/readyz", folder / "systemd.log")
    retention = unit("zhitong-retention.service", folder)
    deleted = run(shlex.split(retention["ExecStart"][0]), env_of(retention))
    json.loads(deleted)
    old = folder / "backups/zhitong-2020-01-01-020000.tar.gz"
    old.write_bytes(b"")
    os.utime(old, (time.time() - 40 * 86_400,) * 2)
    backup = unit("zhitong-backup.service", folder)
    run(shlex.split(backup["ExecStart"][0]), env_of(backup))
    run(shlex.split(backup["ExecStartPost"][0]), env_of(backup))
    kept = [path for path in (folder / "backups").iterdir() if path.stat().st_size > 1_000]
    check(len(kept) == 1 and not old.exists(), f"backups: {sorted((folder / 'backups').iterdir())}")
    child.send_signal(signal.SIGTERM)
    allowed = int(server["TimeoutStopSec"][0])
    check(child.wait(timeout=allowed) == 0, "the server did not end by itself")
    print("deploy steps: systemd units: ok", flush=True)


# Compose and Kubernetes


def new_database():
    cluster = os.environ["TEST_POSTGRES_URL"]
    name = f"deploy_{uuid.uuid4().hex[:12]}"
    subprocess.run(["psql", "-q", cluster, "-c", f"CREATE DATABASE {name}"], check=True, timeout=60)
    return f"{cluster.rsplit('/', 1)[0]}/{name}"


def object_store(folder):
    """A store of an independent make in the place of Garage, with the bucket that deploy/README.md creates."""
    port = free_port()
    server = pathlib.Path(sys.executable).with_name("moto_server")
    start([str(server), "-H", "127.0.0.1", "-p", str(port)], dict(os.environ), folder / "store.log")
    store = f"http://127.0.0.1:{port}"
    until_ok(f"{store}/moto-api/", folder / "store.log")
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=store, config=botocore.config.Config(proxies={}), **keys)
    client.create_bucket(Bucket="zhitong")
    return store


def nginx(folder, ports, store):
    """The compose file's nginx, before replicas at these ports."""
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")], dict(os.environ))
    port, site = free_port(), (DEPLOY / "compose/nginx.conf").read_text(encoding="utf-8")
    for there, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("/etc/zhitong", str(folder)),
        ("http://garage:3900", store), ("http://product:8080", "http://replicas"),
        ("resolver 127.0.0.11 valid=10s;", ""),
    ):
        check(there in site, f"nginx.conf does not say {there}")
        site = site.replace(there, here)
    replicas = " ".join(f"server 127.0.0.1:{port};" for port in ports)
    whole = (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"upstream replicas {{ {replicas} }}\n{site}\n}}\n"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")]
    run([*command, "-t"], dict(os.environ))
    start(command, dict(os.environ), folder / "nginx-start.log")
    return f"https://127.0.0.1:{port}"


def documents():
    found = {}
    for path in (DEPLOY / "kubernetes").glob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            found[document["kind"]] = document
    return found


def replicated(folder):
    compose = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text(encoding="utf-8"))["services"]
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    manifests = documents()
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    job = manifests["Job"]["spec"]["template"]["spec"]["containers"][0]
    store = object_store(folder)
    given = dict(compose["product"]["environment"], DATABASE_URL=new_database(), S3_ENDPOINT=store)
    given |= {"ZHITONG_TRUSTED_PROXIES": "127.0.0.1/32", "S3_ACCESS_KEY_ID": "test", "S3_SECRET_ACCESS_KEY": "test"}
    serve = json.loads(re.search(r"^CMD (\[.*\])$", image, re.MULTILINE)[1])
    check(serve == pod["containers"][0]["args"], "compose and Kubernetes start different commands")

    def env_of(port):
        data = folder / f"replica-{port}"
        data.mkdir(exist_ok=True)
        return environment(ZHITONG_BIND=f"127.0.0.1:{port}", ZHITONG_DATA_DIR=str(data), **given)

    # `migrate` ends before `product` starts; the job of the next release runs it again.
    for command in (compose["migrate"]["command"], job["args"]):
        run([str(BINARY), *command], env_of(0))
    replicas, ports = [], [free_port() for _ in range(compose["product"]["deploy"]["replicas"])]
    for port in ports:
        replicas.append(start([str(BINARY), *serve], env_of(port), folder / f"replica-{port}.log"))
    container = pod["containers"][0]
    for port in ports:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            until_ok(f"http://127.0.0.1:{port}{container[probe]['httpGet']['path']}", folder / f"replica-{port}.log")
        healthy = json.loads(re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", image, re.MULTILINE)[1])
        run([part.replace(":8080", f":{port}") for part in healthy], dict(os.environ))
    front = nginx(folder, ports, store)
    until_ok(f"{front}/readyz", folder / "nginx.log", verify=False)
    filed = file_order(f"http://127.0.0.1:{ports[-1]}", front)
    # A node is drained: the budget keeps one replica, which has the order.
    check(manifests["PodDisruptionBudget"]["spec"]["minAvailable"] == len(ports) - 1, "the budget keeps no replica")
    replicas[0].send_signal(signal.SIGTERM)
    check(replicas[0].wait(timeout=pod["terminationGracePeriodSeconds"]) == 0, "the replica did not end by itself")
    until_ok(f"{front}/readyz", folder / "nginx.log", verify=False)
    read = get(f"{front}/api/v1/orders/{filed['number']}", verify=False, headers=filed["headers"])
    check(read.status_code == 200, f"the order is lost: {read.status_code} {read.text}")
    print("deploy steps: compose and Kubernetes: ok", flush=True)


def file_order(replica, front):
    """As a delegate who signs in at one replica, whose sandbox knows the codes, and files through nginx."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, False

        def post(path, body, base=replica, **headers):
            answer = session.post(f"{base}{path}", json=body, headers=headers, timeout=20)
            check(answer.status_code < 400, f"{path}: {answer.status_code} {answer.text}")
            return answer.json()

        people = session.get(f"{replica}/sandbox/people", timeout=20).json()
        delegate = next(one for one in people if one["role"] == "delegate")
        code = post("/sandbox/login-codes", {"openid": delegate["openid"]})["code"]
        signed = post("/api/v1/sessions", {"code": code})
        if signed["status"] == "bind_required":
            phone = post("/sandbox/phone-codes", {"openid": delegate["openid"], "phone": delegate["phone"]})["code"]
            signed = post("/api/v1/sessions/bind", {"bind_ticket": signed["bind_ticket"], "phone_code": phone})
        headers = {"Authorization": f"Bearer {signed['access_token']}"}
        place = {"longitude": 112.395, "latitude": 34.655, "datum": "wgs84", "accuracy_m": 15}
        body = {"description": "路灯连续三晚不亮。", "location": place}
        for _ in range(4):
            key = {"Idempotency-Key": str(uuid.uuid4())}
            order = post("/api/v1/orders", body, base=front, **headers, **key)
        return {"number": order["number"], "headers": headers}


def main():
    requests.packages.urllib3.disable_warnings()
    with tempfile.TemporaryDirectory(prefix="zhitong-deploy-") as made:
        folder = pathlib.Path(made)
        os.chmod(folder, 0o755)
        try:
            systemd(folder)
            replicated(folder)
        finally:
            for child in RUNNING:
                # nginx ends its workers only if it is asked to end.
                if child.poll() is None:
                    child.terminate()
                    child.wait()


if __name__ == "__main__":
    main()
