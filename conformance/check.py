#!/usr/bin/env python3
"""Checks the conformance kit with the standard library of Python 3.8 and up, and nothing of Tutti's.

It is a second implementation of what a client in another language needs, short enough to read: the partition of a key
(murmur2), canonical JSON (RFC 8785), what a decision's bytes hash to, and its signature (RFC 8032, RFC 7515 appendix F).

    python3 conformance/check.py
"""

import base64
import hashlib
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


# ── the partition of a key ────────────────────────────────────────────────────────────────────────────────────────────


def murmur2(data):
    """Murmur2 as Kafka's Java client computes it; a signed 32-bit integer."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    rest = data[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    h ^= h >> 15
    return h - (1 << 32) if h & 0x80000000 else h


def partition_of(key, partitions):
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


# ── canonical JSON (RFC 8785) ─────────────────────────────────────────────────────────────────────────────────────────


def number(value):
    """A number as ECMAScript writes it. Python's repr has the same shortest digits, in another layout."""
    value = float(value)
    if math.isinf(value) or math.isnan(value):
        raise ValueError("no JSON number")
    if value == 0:
        return "0"
    sign, value = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0")[:point] + ("." + digits[point:] if len(digits) > point else "")
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        shift = point - 1
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + ("+" if shift > 0 else "-") + str(abs(shift))
    return sign + text


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(json.dumps(name, ensure_ascii=False) + ":" + canonical(value[name]) for name in names) + "}"


# ── what is signed ────────────────────────────────────────────────────────────────────────────────────────────────────


def payload(event):
    """The event as it is signed and compared."""
    said = {}
    for name, value in event.items():
        if name == "data":
            said[name] = value
        elif value is None or name in ("signature", "traceparent", "datacontenttype"):
            continue
        elif name == "basedon":
            said[name] = int(value)
        elif name == "exact":
            said[name] = value in (True, "true")
        else:
            said[name] = value if isinstance(value, str) else canonical(value)
    return canonical(said)


def unpadded(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise ValueError("another spelling")
    return data


# ── Ed25519 (RFC 8032 §6, verification only; use a library instead) ───────────────────────────────────────────────────

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0:
        raise ValueError("no point")
    return P - x if x & 1 != sign else x


def point(data):
    value = int.from_bytes(data, "little")
    y = value & (1 << 255) - 1
    x = recover(y, value >> 255)
    return (x, y, 1, x * y % P)


def add(a, b):
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    u, v = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, base):
    sum_ = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            sum_ = add(sum_, base)
        base = add(base, base)
        scalar >>= 1
    return sum_


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def holds(public, message, signature):
    r, s = point(signature[:32]), int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, point(public)))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def is_signed(event, keys):
    """Whether an event is signed with one of these keys (id → raw public key)."""
    try:
        header, middle, signature = event["signature"].split(".")
        head = json.loads(unpadded(header))
        if middle != "" or head["alg"] != "EdDSA" or head["kid"] not in keys:
            return False
        signed = header + "." + base64.urlsafe_b64encode(payload(event).encode()).decode().rstrip("=")
        return holds(keys[head["kid"]], signed.encode(), unpadded(signature))
    except (ValueError, KeyError):
        return False


# ── a record of the intake topic ──────────────────────────────────────────────────────────────────────────────────────


def bytes_of(value):
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def event_bytes(record):
    """The event's bytes, whose SHA-256 a verdict shows as `hash`: in binary mode they are put together."""
    body = bytes_of(record["value"]).strip(b" \t\r\n")
    headers = record["headers"]
    if "ce_specversion" not in headers:
        return body
    names = {"content-type": "datacontenttype", **{name: name[3:] for name in headers if name.startswith("ce_")}}
    parts = [canonical(names[name]) + ":" + canonical(text) for name, text in headers.items() if name in names]
    return ("{" + ",".join(parts)).encode() + (b',"data":' + body if body else b"") + b"}"


def main():
    wrong = []

    def check(what, found, wanted):
        if found != wanted:
            wrong.append("%s: found %r, the kit says %r" % (what, found, wanted))
        return 1

    done = 0
    kit = read("partitions.json")
    for case in kit["cases"]:
        done += check("murmur2 of %r" % case["key"], murmur2(bytes.fromhex(case["utf8"])), case["murmur2"])
        for count, partition in zip(kit["partitions"], case["partition"]):
            done += check("partition of %r in %d" % (case["key"], count), partition_of(case["key"], count), partition)

    for case in read("canonical.json")["cases"]:
        form = canonical(json.loads(case["text"]))
        done += check("canonical form of %s" % case["text"], form, case["canonical"])
        done += check("hash of %s" % form, hashlib.sha256(form.encode()).hexdigest(), case["sha256"])

    kit = read("signatures.json")
    keys = {kit["kid"]: unpadded(kit["key"]["x"])}
    for case in kit["cases"]:
        done += check("payload of " + case["it"], payload(case["event"]), case["payload"])
        done += check("signature of " + case["it"], is_signed({**case["event"], "signature": case["signature"]}, keys), True)
    for case in kit["invalid"]:
        done += check("signature with " + case["it"], is_signed(case["event"], keys), False)

    for name in ("records-enforce.json", "records-observe.json", "records-signed.json"):
        kit = read(name)
        events = {}
        for case in kit["cases"]:
            record, verdict = case["record"], case["answer"].get("verdict")
            what = "%s, %s" % (name, case["it"])
            codes = [] if verdict is None else [one["code"] for one in verdict.get("reasons", [])]
            if record["key"] is not None and "misrouted" not in codes:
                done += check("partition in " + what, partition_of(record["key"], kit["partitions"]), record["partition"])
            if verdict is None:
                # The same decision again: its content is that of the verdict it names.
                first = events[(case["answer"]["duplicateOf"]["partition"], case["answer"]["duplicateOf"]["revision"])]
                done += check("content in " + what, payload(json.loads(event_bytes(record))), payload(first))
                continue
            events[(record["partition"], verdict["revision"])] = verdict["decision"]
            if "unreadable" in codes or "too-large" in codes:
                continue
            found = "sha256:" + hashlib.sha256(event_bytes(record)).hexdigest()
            done += check("hash in " + what, found, verdict["hash"])
            if verdict.get("auth", "").startswith("signature"):
                done += check("signature in " + what, is_signed(verdict["decision"], keys), True)

    for line in wrong:
        print(line, file=sys.stderr)
    print("%d checks, %d wrong" % (done, len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
