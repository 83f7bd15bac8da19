"""The files in deploy/ are valid, and agree with the program: its variables, its metrics, its ports, its toolchain."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import kubernetes_validate
import yaml

import _product

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FAULTS = []
# The release whose schemas the manifests are checked against.
KUBERNETES = "1.34"


def check(holds, fault):
    if not holds:
        FAULTS.append(fault)


def run(*command, folder=DEPLOY):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    check(done.returncode == 0, f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-500:]}")


def alert_rules():
    run("promtool", "check", "rules", "prometheus/alerts.yml")
    run("promtool", "test", "rules", "alerts.test.yml", folder=DEPLOY / "prometheus")


def metrics():
    """Each metric that an alert or a panel names is served by the product."""
    _product.people()
    served = _product.SESSION.get(os.environ["TEST_METRICS_URL"], timeout=10).text
    board = json.loads((DEPLOY / "grafana/zhitong.json").read_text(encoding="utf-8"))
    named = {target["expr"] for panel in board["panels"] for target in panel["targets"]}
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))
    named |= {rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    names = {name for text in named for name in re.findall(r"zhitong_[a-z_]+", text)}
    check(len(names) >= 5, f"only {sorted(names)} are looked at")
    for name in sorted(names):
        check(re.search(rf"^{name}[ {{]", served, re.MULTILINE), f"the product serves no metric {name}")


def units():
    """systemd reads the units, with a program in the place of the product's."""
    with tempfile.TemporaryDirectory() as folder:
        for unit in (DEPLOY / "systemd").iterdir():
            text = unit.read_text(encoding="utf-8").replace("/usr/local/bin/zhitong", "/bin/true")
            (pathlib.Path(folder) / unit.name).write_text(text, encoding="utf-8")
        names = sorted(path.name for path in pathlib.Path(folder).iterdir())
        run("systemd-analyze", "verify", "--man=no", *names, folder=pathlib.Path(folder))
        # The exposure of a service that runs as its own user with nothing but files and sockets, in tenths.
        for service in (name for name in names if name.endswith(".service")):
            run("systemd-analyze", "security", "--offline=true", "--threshold=20", service, folder=pathlib.Path(folder))


def manifests():
    found = {}
    for path in (DEPLOY / "kubernetes").glob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            found[document["kind"]] = document
    for kind, document in found.items():
        try:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            check(False, f"{kind}: {error.message}")
    check(set(found) == {"Job", "Deployment", "Service", "PodDisruptionBudget"}, f"kinds {sorted(found)}")
    pod = found["Deployment"]["spec"]["template"]
    labels = pod["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget"):
        selector = found[kind]["spec"]["selector"]
        check(selector.get("matchLabels", selector) == labels, f"{kind} selects other pods")
    for kind in ("Job", "Deployment"):
        for container in found[kind]["spec"]["template"]["spec"]["containers"]:
            security = container["securityContext"]
            check(security["runAsNonRoot"] and security["readOnlyRootFilesystem"], f"{kind} may write or is root")
    container = pod["spec"]["containers"][0]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        check(asked["port"] in ports, f"{probe} asks a port that is not there")
        answer = _product.SESSION.get(f"{_product.BASE}{asked['path']}", timeout=10)
        check(answer.status_code == 200, f"{probe}: {asked['path']} answers {answer.status_code}")


def variables():
    """Every variable that a file sets is one that the product reads."""
    known = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    compose = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text(encoding="utf-8"))
    used = set(compose["services"]["product"]["environment"])
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    used |= set(re.findall(r"\b((?:ZHITONG|HEIF)_[A-Z_]+)=", image))
    for unit in (DEPLOY / "systemd").glob("*.service"):
        used |= set(re.findall(r"^Environment=([A-Z_]+)=", unit.read_text(encoding="utf-8"), re.MULTILINE))
    check(len(used) >= 5, f"only {sorted(used)} are looked at")
    for name in sorted(used - known):
        FAULTS.append(f"{name} is no variable of the product")
    toolchain = tomllib.loads((ROOT / "rust-toolchain.toml").read_text(encoding="utf-8"))["toolchain"]["channel"]
    check(f"FROM rust:{toolchain.rsplit('.', 1)[0]}-" in image, f"the image is not built with Rust {toolchain}")
    check(re.search(r"^USER \d+$", image, re.MULTILINE), "the image runs as root")


def main():
    for part in (alert_rules, metrics, units, manifests, variables):
        part()
    if FAULTS:
        sys.exit("deploy:\n  " + "\n  ".join(FAULTS))
    print("deploy: ok")


if __name__ == "__main__":
    main()
