"""Clients of Open311 against the running product: `three` as it is published, and the requests of FixMyStreet (Open311.pm),
open311-api-tests and open311-validator as their sources make them, where the programs themselves are no packages.

Each files a report, a delegate adopts it, and the client finds its order by the token.
"""

import io
import itertools
import os
import re
import struct
import sys
import time
import xml.etree.ElementTree as xml
import zlib

from _product import BASE, SESSION, people, person, sign_in

# `three` was written for Python 2, which named it so.
itertools.ifilter = filter
os.environ["NO_PROXY"] = "127.0.0.1"
from three import Three  # noqa: E402

ENDPOINT = f"{BASE}/open311/v2/"
JURISDICTION = "city.example.cn"
SERVICE = "1101"
# Near a station of the city pack.
LAT, LONG = "34.6310", "112.4480"


def check(holds, fault):
    if not holds:
        sys.exit(f"open311: {fault}")


def api(token, method, path, body=None):
    headers = {"Authorization": f"Bearer {token}"}
    answer = SESSION.request(method, f"{BASE}/api/v1{path}", json=body, headers=headers, timeout=20)
    check(answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json()


def key():
    body = {"name": "市民报修程序", "scopes": ["open311"]}
    return api(sign_in(person("admin")), "POST", "/clients", body)["key"]


def adopt(word):
    """An operator passes the message with this word, and the station's delegate adopts it. The number of the order."""
    operator = sign_in(person("operator"))
    keeper = sign_in(next(p for p in people() if p["name"] == "韩振华"))
    for _ in range(100):
        for review in api(operator, "GET", "/content-reviews?limit=100")["items"]:
            api(operator, "POST", f"/content-reviews/{review['id']}/decision", {"result": "pass"})
        messages = api(keeper, "GET", "/site-messages?limit=100")["items"]
        found = [m for m in messages if word in m["text"]]
        if found:
            adopted = api(keeper, "POST", f"/site-messages/{found[0]['id']}/adopt", {"category": SERVICE})
            return adopted["number"], found[0]
        time.sleep(0.2)
    sys.exit(f"open311: the message with {word} did not reach the delegate")


def photo(width=320, height=240):
    """A PNG of noise."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + os.urandom(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + parts)
    picture.name = "photo.png"
    return picture


def three(api_key):
    """github.com/codeforamerica/three, from PyPI."""
    client = Three(ENDPOINT, api_key=api_key, jurisdiction=JURISDICTION)
    check(client.discovery()["endpoints"], "three finds no endpoints")
    services = client.services()
    check(any(service["service_code"] == SERVICE for service in services), "three finds no services")
    client.services(SERVICE)
    filed = client.post(
        SERVICE, description="三号楼夜里一直施工，吵得睡不着。", lat=LAT, long=LONG, name="San Zhang", email="three@example.cn",
        address="某路三号", media=photo(),
    )
    token = filed[0]["token"]
    check(not client.token(token)[0].get("service_request_id"), "the token has an order before it was adopted")
    number, message = adopt("三号楼夜里")
    check(len(message["photos"]) == 1, f"the photo of three is lost: {message}")
    check(client.token(token)[0]["service_request_id"] == number, "three does not find the order by its token")
    found = client.request(number)[0]
    check(found["service_request_id"] == number and found["status"] == "open", f"three reads {found}")
    listed = client.requests(SERVICE, count=10)
    check(any(one["service_request_id"] == number for one in listed), "three does not list the order")
    wrong = Three(ENDPOINT, api_key="zk_wrong", jurisdiction=JURISDICTION).post(SERVICE, description="x", lat=LAT, long=LONG)
    check(wrong[0]["code"] == 403, f"three is told {wrong}")


def simple(text):
    """A document as Perl's XML::Simple gives it: empty elements are empty hashes, which are true."""

    def of(element):
        children = list(element)
        if not children:
            return element.text if element.text else {"empty": True}
        held = {}
        for child in children:
            value = of(child)
            if child.tag in held:
                held[child.tag] = held[child.tag] if isinstance(held[child.tag], list) else [held[child.tag]]
                held[child.tag].append(value)
            else:
                held[child.tag] = value
        return held

    return of(xml.fromstring(text))


def fixmystreet(api_key):
    """github.com/mysociety/fixmystreet, perllib/Open311.pm: every request in XML, the id at once or by the token."""

    def get(path, **more):
        answer = SESSION.get(f"{ENDPOINT}{path}", params={"jurisdiction_id": JURISDICTION, **more}, timeout=20)
        return simple(answer.text)

    check(len(get("services.xml")["service"]) > 5, "FixMyStreet finds no services")
    check(get(f"services/{SERVICE}.xml")["service_code"] == SERVICE, "FixMyStreet finds no definition")
    description = "title:  夜间施工\n\ndetail: 五号楼旁夜里一直施工。\n\nurl: https://example.com/report/1\n\nSubmitted via FixMyStreet\n"
    form = {
        "jurisdiction_id": JURISDICTION, "api_key": api_key, "lat": LAT, "long": LONG, "email": "fms@example.cn",
        "description": description, "service_code": SERVICE, "first_name": "San", "last_name": "", "attribute[floor]": "5",
    }
    answer = SESSION.post(f"{ENDPOINT}requests.xml", data=form, timeout=20)
    check(answer.ok, f"FixMyStreet is refused: {answer.text}")
    request = simple(answer.text)["request"]
    check(not request.get("service_request_id"), f"FixMyStreet would take an empty id for one: {answer.text}")
    token = request["token"]
    # `if ( $obj->{ request }->{ service_request_id } )`: nothing may be there before there is an order.
    check(not get(f"tokens/{token}.xml")["request"].get("service_request_id"), "an empty id is shown before there is an order")
    number, message = adopt("五号楼旁")
    check("floor：5" in message["text"], f"the attribute is lost: {message}")
    check(get(f"tokens/{token}.xml")["request"]["service_request_id"] == number, "FixMyStreet does not find the order")
    requests = get("requests.xml", service_request_id=f"{number},{number}")["request"]
    requests = requests if isinstance(requests, list) else [requests]
    check([one["service_request_id"] for one in requests] == [number], f"FixMyStreet reads {requests}")
    refused = SESSION.post(f"{ENDPOINT}requests.xml", data={**form, "api_key": "zk_wrong"}, timeout=20)
    errors = simple(refused.text)["error"]
    check(refused.status_code == 403 and errors["code"] == "403" and errors["description"], f"FixMyStreet is told {errors}")


def open311_api_tests(api_key):
    """github.com/ryanbriones/open311-api-tests, features/step_definitions: a report without a description."""
    form = {
        "api_key": api_key, "service_code": SERVICE, "lat": LAT, "long": LONG, "attribute[HOWMANYD]": "7",
        "attribute[FQSKA3]": "BLU", "attribute[FQSKA4]": "123456", "attribute[FQSKA11]": "4D", "email": "tests@example.cn",
    }
    answer = SESSION.post(f"{ENDPOINT}requests.json", data=form, timeout=20)
    check(answer.status_code == 201, f"open311-api-tests is refused: {answer.text}")
    number, _ = adopt("FQSKA4：123456")
    token = answer.json()[0]["token"]
    found = SESSION.get(f"{ENDPOINT}tokens/{token}.json", timeout=20).json()[0]["service_request_id"]
    check(found == number, "open311-api-tests does not find the order")
    read = SESSION.get(f"{ENDPOINT}requests/{number}.json", timeout=20).json()[0]
    check(read["service_code"] == SERVICE, f"open311-api-tests reads {read}")


def open311_validator(_):
    """github.com/SeeClickFix/open311-validator, tests/discovery.rb, services.rb and service_definition.rb."""
    listed = SESSION.get(f"{ENDPOINT}discovery.json", timeout=20).json()
    shown = simple(SESSION.get(f"{ENDPOINT}discovery.xml", timeout=20).text)
    for name in ("contact", "key_service", "changeset"):
        check(listed[name] and listed[name] == shown[name], f"discovery: {name} differs: {listed} {shown}")
    endpoints = shown["endpoints"]["endpoint"]
    endpoints = endpoints if isinstance(endpoints, list) else [endpoints]
    check(len(endpoints) == len(listed["endpoints"]) > 0, "discovery: endpoints differ")
    for endpoint in listed["endpoints"]:
        check(all(endpoint[name] for name in ("specification", "url", "changeset", "type")), f"discovery: {endpoint}")
        check("text/xml" in endpoint["formats"], f"discovery: no XML: {endpoint}")
        check(re.match(r"\d{4}-\d\d-\d\dT", endpoint["changeset"]), f"discovery: {endpoint['changeset']}")
        for kind in endpoint["formats"]:
            form = kind.split("/")[1]
            services = SESSION.get(f"{endpoint['url']}/services.{form}?jurisdiction_id={JURISDICTION}", timeout=20)
            check(services.ok and len(services.content) > 100, f"validator: services.{form}: {services.status_code}")
    for service in SESSION.get(f"{ENDPOINT}services.json", timeout=20).json():
        check(service["service_code"] and service["metadata"] in (False, "false"), f"validator: {service}")


def main():
    api_key = key()
    for client in (three, fixmystreet, open311_api_tests, open311_validator):
        client(api_key)
        print(f"open311: {client.__name__}: ok", flush=True)


main()
