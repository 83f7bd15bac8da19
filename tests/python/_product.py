"""The running product as the checks meet it: sign-in through the sandbox, and calls."""

import os
import uuid

import requests

BASE = os.environ.get("TEST_BASE_URL", "http://127.0.0.1:8080")
SESSION = requests.Session()
SESSION.trust_env = False


def people():
    answer = SESSION.get(f"{BASE}/sandbox/people", timeout=10)
    answer.raise_for_status()
    return answer.json()


def person(role, **wanted):
    """The first person of this role who fits, e.g. person("supervisor", level="city")."""
    for candidate in people():
        if candidate["role"] == role and all(candidate.get(k) == v for k, v in wanted.items()):
            return candidate
    raise SystemExit(f"the sandbox has no {role} with {wanted}")


def _post(path, body):
    answer = SESSION.post(f"{BASE}{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def sign_in(who):
    """An access token, the way the mini-program gets it."""
    login = _post("/sandbox/login-codes", {"openid": who["openid"]})
    session = _post("/api/v1/sessions", {"code": login["code"]})
    if session["status"] == "bind_required":
        phone = _post("/sandbox/phone-codes", {"openid": who["openid"], "phone": who["phone"]})
        session = _post(
            "/api/v1/sessions/bind",
            {"bind_ticket": session["bind_ticket"], "phone_code": phone["code"]},
        )
    return session["access_token"]


def submit(token, description, longitude=112.395, latitude=34.655):
    """An order, submitted by whoever the token belongs to."""
    answer = SESSION.post(
        f"{BASE}/api/v1/orders",
        json={
            "description": description,
            "location": {"longitude": longitude, "latitude": latitude, "datum": "wgs84", "accuracy_m": 15},
        },
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()
