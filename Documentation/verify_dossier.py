#!/usr/bin/env python3
"""Checks a dossier of evidence that Lotline wrote, without Lotline.

    python3 verify_dossier.py FOLDER [KEY]

KEY is the journal's public key ("lotline key show"), had on another way than the dossier; without
it, the first key in the dossier is believed. Exit status: 0 all is as it was recorded, 2 the first
thing that is wrong is named, 64 wrong command line. Needs nothing but Python 3.8. It computes RFC
9162 (hashes, inclusion proofs), RFC 8032 (Ed25519), C2SP signed-note and tlog-checkpoint.
"""
import base64, hashlib, json, os, re, sys  # noqa: E401

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

class Wrong(Exception):
    """The first thing that is wrong, and where."""

def sha256(data):
    return hashlib.sha256(data).digest()

# Ed25519 (RFC 8032, 5.1): points in extended coordinates.
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        result = add(result, point) if n & 1 else result
        point, n = add(point, point), n >> 1
    return result

def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def is_signed(key, message, signature):
    a, r = decompress(key), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    p, q = times(s, BASE), add(r, times(k, a))
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0

def unbase64(text, where):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong(f"{where}: {text[:60]!r} is no base 64")
    if base64.b64encode(data).decode() != text:
        raise Wrong(f"{where}: {text[:60]!r} is base 64 that nobody writes")
    return data

def read_key(text, where):
    """Name, id and 32 bytes of a key NAME+HASH+BASE64."""
    parts = text.split("+", 2)
    data = unbase64(parts[2], where) if len(parts) == 3 else b""
    key_id = sha256(parts[0].encode() + b"\n" + data)[:4]
    if len(data) != 33 or data[0] != 1 or key_id.hex() != parts[1]:
        raise Wrong(f"{where}: {text!r} is no Ed25519 key")
    return parts[0], key_id, data[1:]

def read_note(text, where):
    """The text of a note and its signatures (name, id, signature)."""
    body, gap, lines = text.rpartition("\n\n")
    signatures = []
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        if not gap or len(parts) != 3 or parts[0] != "\u2014" or not text.endswith("\n"):
            raise Wrong(f"{where}: it is no signed note")
        data = unbase64(parts[2], where)
        signatures.append((parts[1], data[:4], data[4:]))
    return body + "\n", signatures

def signs(key, note):
    name, key_id, public = key
    mine = [s for n, i, s in note[1] if n == name and i == key_id]
    return bool(mine) and all(is_signed(public, note[0].encode(), s) for s in mine)

def root(index, size, leaf, hashes):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    number, last, node = index, size - 1, leaf
    if index >= size:
        return None
    for sibling in hashes:
        if last == 0:
            return None
        if number & 1 or number == last:
            node = sha256(b"\x01" + sibling + node)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling)
        number, last = number >> 1, last >> 1
    return node if last == 0 else None

def take_key(record, key, origin, trusted, where):
    """The key in force after a record of type key."""
    new, note = read_key(record["key"], where), read_note(record["note"], where)
    old = record.get("replaces")
    text = f"{origin}\nlotline journal key\n{record['key']}\nreplaces {old or 'nothing'}\n"
    if note[0] != text or new[0] != origin or not signs(new, note):
        raise Wrong(f"{where}: its note does not say what the record says, or is not signed by it")
    if (read_key(old, where) if old else None) != key:
        raise Wrong(f"{where}: it does not replace the key in force")
    if new[2] != trusted and (not signs(key, note) if key else trusted):
        raise Wrong(f"{where}: {record['key']} is neither trusted nor signed by the key before it")
    return new

def verify(folder, trusted):
    sums, key, last, lots = {}, None, 0, set()

    def text(name, code="utf-8"):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            sums[name] = sha256(data).hex()
            return data.decode(code)
        except (OSError, UnicodeDecodeError) as error:
            raise Wrong(f"{name}: {error}")

    note = read_note(text("checkpoint.txt"), "checkpoint.txt")
    head = note[0].split("\n")
    if len(head) < 4 or not re.fullmatch("0|[1-9][0-9]*", head[1]):
        raise Wrong("checkpoint.txt: it is no checkpoint")
    origin, size, top = head[0], int(head[1]), unbase64(head[2], "checkpoint.txt")
    records, proofs = text("records.jsonl").split("\n"), text("proofs.txt").split("\n")
    if records.pop() or proofs.pop() or len(records) != len(proofs) or not records:
        raise Wrong("proofs.txt: it has not one line for each line of records.jsonl")
    for number, (body, line) in enumerate(zip(records, proofs), 1):
        words = line.split(" ")
        if not re.fullmatch("[1-9][0-9]*", words[0]):
            raise Wrong(f"proofs.txt:{number}: it begins with no number")
        seq, where = int(words[0]), f"records.jsonl:{number}: record {words[0]}"
        hashes = [unbase64(word, f"proofs.txt:{number}") for word in words[1:]]
        if root(seq - 1, size, sha256(b"\x00" + body.encode()), hashes) != top:
            raise Wrong(f"{where}: it, proofs.txt:{number} or checkpoint.txt was altered")
        record = json.loads(body)
        if record["seq"] != seq or seq <= last:
            raise Wrong(f"{where}: it is not where its number belongs")
        last = seq
        if number == 1 and (seq, record["type"]) != (1, "opening"):
            raise Wrong(f"{where}: the journal's opening is missing")
        if number == 1 and f"lotline/{record['agent']}/{record['journal']}" != origin:
            raise Wrong("checkpoint.txt: it is of another journal than the records")
        if record["type"] == "key":
            key = take_key(record, key, origin, trusted, where)
        elif record["type"] == "binding":
            lots.add(record["lot"])
        elif record["type"] == "document":
            plain = re.sub("[^A-Za-z0-9_-]", "_", record["name"])
            name = f"files/{record['kind']}-{plain}-{record['sha256'][:12]}.yaml"
            if text(name) != record["text"] or sums[name] != record["sha256"]:
                raise Wrong(f"{name}: it is not the text of record {seq}")
    if key is None or not signs(key, note):
        raise Wrong("checkpoint.txt: it is not signed by the journal's key")
    for name in ["README.txt", *sorted({"checkpoint.tst"} & set(os.listdir(folder)))]:
        text(name, "latin-1")  # what a timestamp says, "openssl ts" tells
    want = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    for have, line in zip(text("SHA256SUMS").split("\n"), want.split("\n")):
        if have != line:
            raise Wrong(f"{line[66:] or 'SHA256SUMS'}: its bytes are not those of SHA256SUMS")
    there = {os.path.join(at, n)[len(folder) + 1 :] for at, _, ns in os.walk(folder) for n in ns}
    for name in sorted(there - set(sums)):
        raise Wrong(f"{name}: it is no part of the dossier")
    return len(records), size, top.hex(), ", ".join(sorted(lots)), key

def main(arguments):
    if len(arguments) not in (1, 2):
        return print(__doc__, file=sys.stderr) or 64
    try:
        trusted = read_key(arguments[1], "the command line")[2] if len(arguments) == 2 else None
        count, size, top, lots, key = verify(arguments[0].rstrip("/"), trusted)
    except Wrong as wrong:
        print(f"WRONG  {wrong}")
        return 2
    print(f"All {count} records are as they were recorded (lots at stations: {lots or 'none'}).")
    print(f"Checkpoint of {size} records, root {top}")
    print(f"signed by {key[0]}+{key[1].hex()}+{base64.b64encode(bytes([1]) + key[2]).decode()}")
    print("" if trusted else "No key was named: compare this one with the one that you were given.")
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
