"""Schemathesis hooks: who calls, and which orders there really are. FUZZ_ROLE says who. With FUZZ_HOSTILE=1, one
parameter of each request gets a value that no person sends; each parameter and each value has its turn."""

import collections
import os
import sys
import zlib

import schemathesis

sys.path.insert(0, os.path.dirname(__file__))
import _product  # noqa: E402

WHO = _product.person(os.environ["FUZZ_ROLE"])
HOSTILE = os.environ.get("FUZZ_HOSTILE") == "1"
VALUES = [
    "a\x00b",
    "0001-01-01T00:00:00Z",
    "1999-06-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "+262142-12-31T23:59:59Z",
    "-1",
    "9223372036854775807",
    "4294967296",
    "1e308",
    "' OR 1=1 --",
    "\u202e%",
    "x" * 3000,
]
NUMBERS = [-1, 0, 2**31, 2**63 - 1, -(2**63), 2**64 - 1, 1e308]
TURNS = collections.Counter()
REAL = {"number": os.environ["FUZZ_ORDERS"].split(",")}


@schemathesis.auth(refresh_interval=600)
class Token:
    def get(self, case, context):
        return _product.sign_in(WHO)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the generated numbers become numbers of real orders: the other half never gets past 404."""
    for name, values in REAL.items():
        made_up = (path_parameters or {}).get(name)
        if isinstance(made_up, str):
            draw = zlib.crc32(made_up.encode("utf-8", "replace"))
            if draw % 2 == 0:
                path_parameters[name] = values[draw // 2 % len(values)]
    return path_parameters


def in_turn(context, place, names):
    """The next parameter of the operation at this place, and the number of its turn."""
    if not names:
        return None, 0
    turn = TURNS[(context.operation.label, place)]
    TURNS[(context.operation.label, place)] += 1
    return names[turn % len(names)], turn // len(names)


@schemathesis.hook
def map_query(context, query):
    """One declared parameter with a hostile value, and no other."""
    if not HOSTILE:
        return query
    name, turn = in_turn(context, "query", [parameter.name for parameter in context.operation.query])
    return {name: VALUES[turn % len(VALUES)]} if name else query


def leaves(value, path=()):
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*path, index))]
    return [path] if path else []


@schemathesis.hook
def map_body(context, body):
    """One leaf of a JSON body with a hostile value."""
    if not HOSTILE or not isinstance(body, (dict, list)):
        return body
    path, turn = in_turn(context, "body", leaves(body))
    if path:
        holder = body
        for step in path[:-1]:
            holder = holder[step]
        held = holder[path[-1]]
        is_number = isinstance(held, (int, float)) and not isinstance(held, bool)
        values = NUMBERS if is_number else VALUES
        holder[path[-1]] = values[turn % len(values)]
    return body
