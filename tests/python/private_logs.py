"""The log of the running server holds nobody's name, phone number or openid, and no exact place."""

import os
import re
import sys

import _product


def main():
    log = os.environ["TEST_PRODUCT_LOG"]
    delegate = _product.person("delegate")
    longitude, latitude = 112.395123, 34.655321
    _product.submit(_product.sign_in(delegate), "路灯不亮，夜间行走不便。", longitude, latitude)
    for who in _product.people():
        if who["role"] in ("operator", "handler", "supervisor", "admin"):
            _product.sign_in(who)
            break
    with open(log, encoding="utf-8", errors="replace") as lines:
        # The seconds of a time may look like a latitude.
        text = re.sub(r'"timestamp":"[^"]*"', "", lines.read())
    if "answered" not in text:
        sys.exit("private_logs: the log has no lines of requests; this check would see nothing")
    private = {str(longitude), str(latitude), "路灯不亮"}
    for who in _product.people():
        private.update({who["phone"], who["openid"], who["name"]})
    found = sorted(word for word in private if word and word in text)
    if found:
        sys.exit(f"private_logs: the log holds {len(found)} private words, e.g. {found[:3]}")
    print("private_logs: ok")


if __name__ == "__main__":
    main()
