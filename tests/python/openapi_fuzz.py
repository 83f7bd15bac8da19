"""The running server against its own OpenAPI document, by schemathesis: no server errors, no answer that
the document does not name, bodies and content types as described. Once as each role.

With FUZZ_HOSTILE=1 every parameter in turn gets a value that no person sends (`_hooks.py`): NUL, years that no
database knows, numbers beyond any column. Then only server errors count, and fewer roles take part."""

import json
import os
import subprocess
import sys

import _product

ROLES = ["delegate", "operator", "handler", "supervisor", "admin"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# Signing out and unbinding end the session the run needs; streams never end; /wechat/push speaks WeChat's language.
LEFT_OUT = "^/api/v1/sessions(/current)?$|/unbind$|/stream$|^/wechat/push$"
HOSTILE = os.environ.get("FUZZ_HOSTILE") == "1"
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "16" if HOSTILE else "6")
if HOSTILE:
    ROLES, CHECKS = ["admin", "delegate"], ["not_a_server_error"]
PHASES = "fuzzing" if HOSTILE else "examples,coverage,fuzzing"


def main():
    delegate = _product.sign_in(_product.person("delegate"))
    orders = [
        _product.submit(delegate, f"第{n}处路面塌陷，过往车辆绕行，存在安全隐患。", 112.395 + n / 1000)["number"]
        for n in range(6)
    ]
    schemathesis = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    failed = []
    for role in ROLES:
        print(f"-- as {role}", flush=True)
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": os.path.join(os.path.dirname(__file__), "_hooks.py"),
            "FUZZ_ROLE": role,
            "FUZZ_ORDERS": ",".join(orders),
            "NO_PROXY": "*",
        }
        command = [
            schemathesis, "run", f"{_product.BASE}/openapi.json", "--checks", ",".join(CHECKS),
            "--phases", PHASES, "--max-examples", EXAMPLES, "--seed", "20250908",
            "--workers", "2", "--exclude-path-regex", LEFT_OUT, "--request-timeout", "20", "--no-shrink",
            "--warnings", "off", "--no-color", "--continue-on-failure",
        ]  # fmt: skip
        if subprocess.run(command, env=environment).returncode != 0:
            failed.append(role)
    if failed:
        sys.exit(f"openapi_fuzz: failed as {', '.join(failed)}")
    print(json.dumps({"openapi_fuzz": "ok", "roles": ROLES, "hostile": HOSTILE}))


if __name__ == "__main__":
    main()
