#!/usr/bin/env python3
"""Opens .backstop files without Backstop, by the description in backstop.md beside this file.

    open_backstop.py FILE list                 one line per note
    open_backstop.py FILE show ID              the rows of one note and its text, found by the index
    open_backstop.py FILE check                read every part and compare it with the manifest
    open_backstop.py FILE dump FOLDER          items.ndjson, attachments.ndjson and attachments/

The secret, if the file is encrypted: the first line of --password-file or --recovery-key-file.
Needs Python 3.9 or newer and, from PyPI: cryptography argon2-cffi zstandard
"""

import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import struct
import sys
import unicodedata
import zipfile

import argon2.low_level
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
CHUNK_BYTES = 65536
TAG_BYTES = 16
START_BYTES = 16
PIECE_BYTES = 1 << 20
# What is neither compressed nor sealed.
HEADERS = ("backstop.json", "backstop.copy.json")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class WrongSecret(Exception):
    """The file is whole and the secret is another one's."""


class Damaged(Exception):
    """Something is not as its writer left it."""


def hkdf(key, info, salt=None):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info.encode()).derive(key)


# Keys


def recovery_bytes(text):
    """The 32 bytes that a written-down recovery key stands for."""
    forgiven = text.upper().translate(str.maketrans("ILO", "110", "- \t"))
    number = 0
    for letter in forgiven:
        if letter not in CROCKFORD:
            raise WrongSecret(f"{letter!r} is not a character of a recovery key")
        number = number << 5 | CROCKFORD.index(letter)
    if len(forgiven) != 56:
        raise WrongSecret(f"a recovery key has 56 characters, this has {len(forgiven)}")
    coded = number.to_bytes(35, "big")
    if hashlib.sha256(coded[:32]).digest()[:3] != coded[32:]:
        raise WrongSecret("the recovery key has a typing mistake")
    return coded[:32]


def keks(slot, password, recovery):
    """Every key encryption key that the secret may mean for a slot."""
    if slot["kind"] == "recovery" and recovery is not None:
        yield hkdf(recovery, "backstop v1 recovery")
    if slot["kind"] == "password" and password is not None:
        params = slot["kdf"]["params"]
        spellings = [password] + [unicodedata.normalize(form, password) for form in ("NFC", "NFD")]
        for spelling in dict.fromkeys(spellings):
            yield argon2.low_level.hash_secret_raw(
                spelling.encode(),
                base64.b64decode(slot["kdf"]["salt"]),
                time_cost=params["passes"],
                memory_cost=params["memory_kib"],
                parallelism=params["lanes"],
                hash_len=32,
                type=argon2.low_level.Type.ID,
                version=0x13,
            )


def canonical(slot):
    """The bytes that a slot's key is bound to."""
    kdf = slot["kdf"]
    params = kdf.get("params", {})
    numbers = [str(params.get(name, "")).encode() for name in ("memory_kib", "passes", "lanes")]
    fields = [b"backstop keyslot v1", slot["kind"].encode(), slot["purpose"].encode(), kdf["name"].encode()]
    fields += numbers + [base64.b64decode(kdf.get("salt", ""))]
    fields += [base64.b64decode(slot["check"]), base64.b64decode(slot["nonce"])]
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def file_key(slots, password, recovery):
    """The archive's key, out of whichever slot the secret opens."""
    damaged = False
    for slot in slots:
        bound, wrapped = canonical(slot), base64.b64decode(slot["wrapped"])
        if hashlib.sha256(bound + wrapped).digest()[:8] != base64.b64decode(slot["sum"]):
            damaged = True
            continue
        for kek in keks(slot, password, recovery):
            if not hmac.compare_digest(hkdf(kek, "backstop v1 check"), base64.b64decode(slot["check"])):
                continue
            try:
                wrap = AESGCM(hkdf(kek, "backstop v1 wrap " + slot["purpose"]))
                return wrap.decrypt(base64.b64decode(slot["nonce"]), wrapped, bound)
            except InvalidTag:
                damaged = True
    if damaged:
        raise Damaged("a keyslot is damaged, and no other one opens")
    raise WrongSecret("the secret does not open this file")


# Entries


class Unsealed(io.RawIOBase):
    """A sealed stream, opened chunk by chunk."""

    def __init__(self, stored, key, info):
        self.stored = stored
        start = stored.read(START_BYTES)
        if len(start) != START_BYTES:
            raise Damaged("a sealed part has no beginning")
        self.cipher = AESGCM(hkdf(key, info, salt=start))
        self.chunk = 0
        self.ahead = self.next_sealed()
        self.plain = b""
        self.ended = False

    def next_sealed(self):
        wanted, parts = CHUNK_BYTES + TAG_BYTES, []
        while wanted > 0 and (part := self.stored.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def open_chunk(self):
        sealed, self.ahead = self.ahead, self.next_sealed()
        last = not self.ahead
        nonce = bytes(7) + struct.pack(">I", self.chunk) + bytes([last])
        try:
            self.plain = self.cipher.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as error:
            raise Damaged(f"chunk {self.chunk} of a sealed part does not open") from error
        if last and not self.plain and self.chunk > 0:
            raise Damaged("a sealed part ends in an empty chunk")
        self.chunk += 1
        self.ended = last

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.plain:
            if self.ended:
                return 0
            self.open_chunk()
        taken = self.plain[: len(buffer)]
        self.plain = self.plain[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class Archive:
    """One .backstop file."""

    def __init__(self, path, password=None, recovery=None):
        self.zip = zipfile.ZipFile(path)
        names = self.zip.namelist()
        if len(set(names)) != len(names):
            raise Damaged("two parts bear one name")
        raw = self.zip.read("backstop.json")
        self.header = json.loads(raw)
        if self.header["format"] != "backstop":
            raise Damaged("this is no .backstop file")
        if self.header["version"] != 1:
            raise Damaged(f"version {self.header['version']} is newer than this program")
        self.key = None
        if self.header["encrypted"]:
            if password is None and recovery is None:
                raise WrongSecret("the file is encrypted; give --password-file or --recovery-key-file")
            self.key = file_key(self.header["keyslots"], password, recovery)
            self.check_header(raw)
        self.manifest = json.loads(self.whole("manifest"))
        if self.manifest["archive"] != self.header["archive"]:
            raise Damaged("the manifest is another archive's")
        self.listed = {entry["name"]: entry for entry in self.manifest["entries"]}
        if set(names) != set(self.listed) | {"manifest"}:
            raise Damaged(f"missing or added: {sorted(set(names) ^ set(self.listed) ^ {'manifest'})}")

    def check_header(self, raw):
        covered, _, mac = raw.rpartition(b',"mac":"')
        right = hmac.new(hkdf(self.key, "backstop v1 header"), covered, hashlib.sha256).digest()
        if not mac.endswith(b'"}') or not hmac.compare_digest(base64.b64decode(mac[:-2]), right):
            raise Damaged("the header was changed")

    def stream(self, name):
        """The plain bytes of an entry, piece by piece."""
        stored = self.zip.open(name)
        if self.key is not None and name not in HEADERS:
            stored = Unsealed(stored, self.key, f"backstop v1 {self.header['archive']}/{name}")
        packed = io.BufferedReader(stored, PIECE_BYTES)
        if packed.peek(4)[:4] == ZSTD_MAGIC:
            packed = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
        while piece := packed.read(PIECE_BYTES):
            yield piece

    def whole(self, name):
        return b"".join(self.stream(name))

    def checked(self, name):
        """As stream, and compared with what the manifest states."""
        size, sha256 = 0, hashlib.sha256()
        for piece in self.stream(name):
            size += len(piece)
            sha256.update(piece)
            yield piece
        stated = self.listed[name]
        if (size, sha256.hexdigest()) != (stated["size"], stated["sha256"]):
            raise Damaged(f"{name} is not what the manifest says")

    def lines(self):
        """Every line of every frame, as bytes without their line break."""
        for name in sorted(name for name in self.listed if name.startswith("items/")):
            for line in b"".join(self.checked(name)).split(b"\n")[:-1]:
                yield line

    def index(self):
        for line in b"".join(self.checked("index")).split(b"\n")[:-1]:
            yield json.loads(line)

    def line_at(self, frame, at):
        """One line, without reading any other frame."""
        plain = self.whole(f"items/{frame:06}")
        return plain[at : plain.index(b"\n", at)]


def row_of(line):
    """An app's own row, byte for byte."""
    item = json.loads(line)
    if "text" in item:
        return item["text"]
    return line[line.index(b'"row":') + len(b'"row":') : -1].decode()


# Commands


def list_notes(archive, _):
    for entry in archive.index():
        if entry.get("kind") == "note":
            print(f"{entry['id']}\t{entry.get('title', '')}\t{' '.join(entry.get('flags', []))}")


def show(archive, arguments):
    found = False
    for entry in archive.index():
        if arguments.id in (entry.get("id"), entry.get("owner")):
            found = True
            print(row_of(archive.line_at(entry["frame"], entry["at"])))
    if not found:
        raise SystemExit("There is no item of this id.")


def check(archive, _):
    for name in archive.listed:
        for _piece in archive.checked(name):
            pass
    places = {(entry["frame"], entry["at"]): entry for entry in archive.index()}
    frame_lines = sum(1 for _ in archive.lines())
    for (frame, at), entry in places.items():
        line = json.loads(archive.line_at(frame, at)) if len(places) < 2000 else None
        if line is not None and line.get("id", line.get("attachment", {}).get("id")) not in (
            entry.get("id"),
            entry.get("attachment"),
        ):
            raise Damaged("the index leads to another line")
    if frame_lines != len(places):
        raise Damaged("the index has not one line for each line")
    print(f"{len(archive.listed) + 1} parts, {frame_lines} lines: all as written")


def dump(archive, arguments):
    """Items as {"app","kind","id","version","row"} with the row as a string, and attachments."""
    folder = os.path.join(arguments.folder, "attachments")
    os.makedirs(folder)
    written = set()
    with open(os.path.join(arguments.folder, "items.ndjson"), "w", encoding="utf-8", newline="\n") as items, open(
        os.path.join(arguments.folder, "attachments.ndjson"), "w", encoding="utf-8", newline="\n"
    ) as attachments:
        for line in archive.lines():
            item = json.loads(line)
            if "attachment" not in item:
                told = {name: item[name] for name in ("app", "kind", "id", "version", "common") if name in item}
                items.write(json.dumps({**told, "row": row_of(line)}, ensure_ascii=False) + "\n")
                continue
            number = int(item["entry"].split("/")[1])
            attachments.write(json.dumps({**item, "file": f"attachments/{number:06}"}, ensure_ascii=False) + "\n")
            if number not in written:
                written.add(number)
                with open(os.path.join(folder, f"{number:06}"), "wb") as out:
                    for piece in archive.checked(item["entry"]):
                        out.write(piece)


def first_line(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.readline().rstrip("\r\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--password-file")
    parser.add_argument("--recovery-key-file")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list").set_defaults(run=list_notes)
    one = commands.add_parser("show")
    one.add_argument("id")
    one.set_defaults(run=show)
    commands.add_parser("check").set_defaults(run=check)
    all_of_it = commands.add_parser("dump")
    all_of_it.add_argument("folder")
    all_of_it.set_defaults(run=dump)
    arguments = parser.parse_args()
    try:
        password = first_line(arguments.password_file) if arguments.password_file else None
        recovery = recovery_bytes(first_line(arguments.recovery_key_file)) if arguments.recovery_key_file else None
        arguments.run(Archive(arguments.file, password, recovery), arguments)
    except WrongSecret as error:
        sys.exit(f"Wrong secret: {error}.")
    except (Damaged, zipfile.BadZipFile, zstandard.ZstdError, KeyError, ValueError) as error:
        sys.exit(f"Damaged: {error}.")


if __name__ == "__main__":
    main()
