"""Webhooks of the running product, verified by an independent implementation of Standard Webhooks (standardwebhooks).

Takes the product that tests/run starts, which may call this machine.
"""

import http.server
import json
import queue
import sys
import threading

import requests
from _product import BASE, person, sign_in
from standardwebhooks import Webhook

CALLS: "queue.Queue[tuple[dict, bytes]]" = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Records each call and answers 204."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        CALLS.put((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {sign_in(person('admin'))}"
    target = f"http://127.0.0.1:{server.server_address[1]}/hook"
    created = session.post(f"{BASE}/api/v1/webhooks", json={"url": target, "events": ["*"]}, timeout=10)
    created.raise_for_status()
    endpoint, secret = created.json()["id"], created.json()["secret"]
    session.post(f"{BASE}/api/v1/webhooks/{endpoint}/test", timeout=10).raise_for_status()
    headers, body = CALLS.get(timeout=30)
    message = Webhook(secret).verify(body, headers)
    if message["type"] != "webhook.test":
        sys.exit(f"webhooks: an unexpected message: {message}")
    try:
        Webhook(secret).verify(body + b" ", headers)
    except Exception:
        pass
    else:
        sys.exit("webhooks: a changed body was accepted")
    rotated = session.post(f"{BASE}/api/v1/webhooks/{endpoint}/rotate", timeout=10).json()["secret"]
    session.post(f"{BASE}/api/v1/webhooks/{endpoint}/test", timeout=10).raise_for_status()
    headers, body = CALLS.get(timeout=30)
    # Both secrets sign while one is rotated out.
    for valid in (secret, rotated):
        Webhook(valid).verify(body, headers)
    session.delete(f"{BASE}/api/v1/webhooks/{endpoint}", timeout=10).raise_for_status()
    print("webhooks: two messages verified:", json.dumps(message, ensure_ascii=False))


main()
