"""No log line of the running server holds the app secret or an access token, whatever goes wrong with WeChat."""

import os
import sys

import requests

import _product

APP_ID, SECRET = "wxsandbox00000000", "sandbox-app-secret-not-for-live-use"
LOGIN = "/sns/jscode2session"


def control(what, body):
    answer = _product.SESSION.post(f"{_product.BASE}/sandbox/{what}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def sign_in_fails(code="unknown"):
    answer = _product.SESSION.post(f"{_product.BASE}/api/v1/sessions", json={"code": code}, timeout=30)
    if answer.ok:
        sys.exit("wechat_secrets: the fault was not felt")
    return answer.text


def main():
    log = os.environ["TEST_PRODUCT_LOG"]
    answers = [sign_in_fails()]
    for fault in (
        {"errcode": -1},
        {"errcode": 40125},
        {"errcode": 40163},
        {"http_status": 502},
        {"delay_ms": 6000},
    ):
        control("faults", {"endpoint": LOGIN, "times": 1, **fault})
        code = control("login-codes", {"openid": "oSECRETS"})["code"]
        answers.append(sign_in_fails(code))
    # A token is fetched, taken away, and fetched again.
    control("token/revoke", {})
    delegate = _product.person("delegate")
    _product.sign_in(delegate)
    body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    stable = f"{_product.BASE}/sandbox/wechat/cgi-bin/stable_token"
    token = requests.post(stable, json=body, timeout=10, proxies={"http": ""}).json()["access_token"]
    with open(log, encoding="utf-8", errors="replace") as lines:
        text = lines.read() + "\n".join(answers)
    if "wechat call failed" not in text:
        sys.exit("wechat_secrets: the log says nothing of the faults; this check would see nothing")
    for name, word in {"app secret": SECRET, "token": token, "token's parameter": "access_token="}.items():
        if word in text:
            sys.exit(f"wechat_secrets: the log or an answer holds the {name}")
    print("wechat_secrets: ok")


if __name__ == "__main__":
    main()
