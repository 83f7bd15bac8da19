"""One order in the traces that a collector receives: the request, its job and its push have one trace id.

The collector is a server of this check, which reads the protobuf of OTLP by the numbers of its fields; the product is a
process of its own on SQLite.
"""

import datetime
import http.server
import pathlib
import sys
import tempfile
import threading
import uuid

import link

CATEGORY = "夜间施工噪声"
CITY = datetime.timezone(datetime.timedelta(hours=8))


def fields(message):
    """The fields of a protobuf message: number and value, of those that have bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(message):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            varint()
        elif kind == 2:
            length = varint()
            yield number, message[at : at + length]
            at += length
        else:
            at += {1: 8, 5: 4}[kind]


def inner(message, number):
    return [value for found, value in fields(message) if found == number]


def spans(request):
    """(trace id, name) of the spans of an ExportTraceServiceRequest."""
    for of_resource in inner(request, 1):
        for of_scope in inner(of_resource, 2):
            for span in inner(of_scope, 2):
                yield inner(span, 1)[0].hex(), inner(span, 5)[0].decode()


class Collector(http.server.BaseHTTPRequestHandler):
    received = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            Collector.received.update(spans(body))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Product(link.Product):
    def __init__(self, folder, collector):
        super().__init__(folder, f"sqlite://{folder}/zhitong.sqlite")
        self.collector = collector

    def environment(self):
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.collector, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        return dict(super().environment(), **more)

    def submit(self, delegate, request_id):
        place = {"longitude": 112.395, "latitude": 34.655, "datum": "wgs84", "accuracy_m": 15}
        answer = self.http.post(
            f"{self.base}/api/v1/orders",
            json={"description": "工地凌晨打桩，噪声扰民。", "category": CATEGORY, "location": place},
            headers={
                "Authorization": f"Bearer {self.token(delegate)}", "Idempotency-Key": str(uuid.uuid4()),
                "X-Request-Id": request_id,
            },
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()


def move_to_morning(product):
    """Sets the clock to ten in the morning of the city: at night, pushes wait."""
    tomorrow = datetime.datetime.fromisoformat(product.now()) + datetime.timedelta(days=1)
    product.move(set=tomorrow.astimezone(CITY).replace(hour=10).isoformat())


def one_trace(product):
    """Submits an order and waits for the spans of its trace."""

    def wait_for(trace, names):
        def parts():
            return {name for found, name in Collector.received if found == trace}

        link.until(f"the spans {names} of a trace", lambda: names <= parts())

    move_to_morning(product)
    delegate = product.person("delegate")
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    unit = product.submit(delegate, first)["unit"]["name"]
    # Jobs of two requests that run together have a trace of their own.
    wait_for(first, {"request", "job"})
    # The handler is signed in from here on, so that WeChat knows whom to push to.
    product.token(product.person("handler", unit=unit))
    product.submit(delegate, second)
    wait_for(second, {"request", "job", "push"})
    others = {found for found, name in Collector.received if name == "request"} - {first, second}
    if not others:
        sys.exit("traces: the sign-in is in the trace of an order")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="zhitong-traces-") as folder:
        product = Product(pathlib.Path(folder), f"http://127.0.0.1:{server.server_port}")
        try:
            product.start()
            one_trace(product)
        finally:
            if product.child:
                product.kill()
    print("traces: ok")


if __name__ == "__main__":
    main()
