#!/usr/bin/env python3
"""hostile.py NAME DIRECTORY: make a hostile repository; hostile.py list.

Each constructor makes one repository that is broken, lies, or blows up,
byte by byte from the descriptions of git's formats (gitformat-pack(5),
gitformat-index(5), gitrepository-layout(5)), and returns what a scan of it
must do: see Expect. Nothing is stored: tokens are made when it runs, by
tests/cli/tokens.py.

Every repository also holds a witness: a token in a plain blob of a plain
commit. It must be found whatever is wrong with the rest.
"""
import dataclasses
import hashlib
import os
import pathlib
import socket
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "cli"))

import tokens  # noqa: E402

WHO = b"n <a@b> 1700000000 +0000"
MIB = 1 << 20
FIXTURES = {}


@dataclasses.dataclass
class Expect:
    """What must come of a scan.

    found     tokens that must be in the report
    complete  True: exit 1, False: exit 4 (or 2 where refused is True)
    seconds   at most, of processor time when below 20
    refused   exit 2 is right, and nothing is found then
    stack     KiB of stack it must also do with
    """
    found: list
    complete: bool = True
    seconds: float = 20
    refused: bool = False
    stack: int = 0
    lost: list = dataclasses.field(default_factory=list)


def fixture(make):
    FIXTURES[make.__name__] = make
    return make


def token(seed):
    return tokens.token("ghp", "hostile " + seed)


# ---- writers ---------------------------------------------------------------

TYPES = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}


def loose(kind, body):
    return b"%s %d\0" % (kind, len(body)) + body


def entry_head(kind, size):
    byte, size, out = kind << 4 | size & 15, size >> 4, b""
    while size:
        out += bytes([byte | 128])
        byte, size = size & 127, size >> 7
    return out + bytes([byte])


def number(n):
    """A size in a delta."""
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def distance(n):
    """How far back an OFS delta's base stands."""
    out, n = bytes([n & 127]), n >> 7
    while n:
        n -= 1
        out, n = bytes([128 | n & 127]) + out, n >> 7
    return out


def delta(base_size, result_size, *commands):
    return number(base_size) + number(result_size) + b"".join(commands)


def copy(start, size):
    """A copy command: bytes that are zero are left out."""
    byte, out = 128, b""
    for i in range(4):
        if start >> 8 * i & 255:
            byte, out = byte | 1 << i, out + bytes([start >> 8 * i & 255])
    for i in range(3):
        if size != 65536 and size >> 8 * i & 255:
            byte, out = byte | 16 << i, out + bytes([size >> 8 * i & 255])
    return bytes([byte]) + out


def insert(data):
    return b"".join(bytes([len(data[i:i + 127])]) + data[i:i + 127]
                    for i in range(0, len(data), 127))


def tree_entry(mode, name, oid):
    return mode + b" " + name + b"\0" + bytes.fromhex(oid)


class Repo:
    """A bare repository, written without git."""

    def __init__(self, path, sha256=False):
        self.path = pathlib.Path(path)
        self.hash = hashlib.sha256 if sha256 else hashlib.sha1
        for part in ("objects/pack", "objects/info", "refs/heads",
                     "refs/tags"):
            (self.path / part).mkdir(parents=True, exist_ok=True)
        self.write("HEAD", "ref: refs/heads/main\n")
        version = "1" if sha256 else "0"
        self.write("config", "[core]\n\trepositoryformatversion = "
                   f"{version}\n\tbare = true\n"
                   + ("[extensions]\n\tobjectFormat = sha256\n"
                      if sha256 else ""))
        self.plain = token("witness")
        self.head = self.commit(self.tree(
            [(b"100644", b"witness", self.blob(b"w = %s\n"
                                               % self.plain.encode()))]))
        self.ref("refs/heads/main", self.head)

    def write(self, name, data):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def ref(self, name, oid):
        self.write(name, oid + "\n")

    def oid(self, kind, body):
        return self.hash(loose(kind, body)).hexdigest()

    def put(self, kind, body, oid=None, raw=None, level=1):
        """A loose object; `oid` forges its name, `raw` its bytes."""
        oid = oid or self.oid(kind, body)
        self.write(f"objects/{oid[:2]}/{oid[2:]}",
                   zlib.compress(loose(kind, body), level)
                   if raw is None else raw)
        return oid

    def blob(self, body):
        return self.put(b"blob", body)

    def tree(self, entries):
        return self.put(b"tree", b"".join(tree_entry(*e) for e in entries))

    def commit_body(self, tree, parents=(), message=b"m\n", author=WHO):
        return (b"tree " + tree.encode() + b"\n"
                + b"".join(b"parent " + p.encode() + b"\n" for p in parents)
                + b"author " + author + b"\ncommitter " + WHO + b"\n\n"
                + message)

    def commit(self, tree, parents=(), message=b"m\n", author=WHO):
        return self.put(b"commit", self.commit_body(tree, parents, message,
                                                    author))

    def branch(self, entries, name="refs/heads/other"):
        """A commit of its own with these entries."""
        oid = self.commit(self.tree(entries), [self.head], b"other\n")
        self.ref(name, oid)
        return oid

    def pack(self, entries, spoil=None, name=None):
        """[(oid, raw entry or a function of {oid: offset, None: own})]"""
        data = b"PACK" + struct.pack(">II", 2, len(entries))
        parts, at, places, raws = [data], len(data), {}, {}
        for oid, raw in entries:
            if callable(raw):
                places[None] = at
                raw = raw(places)
            places[oid], raws[oid] = at, raw
            parts.append(raw)
            at += len(raw)
        places.pop(None, None)
        data = b"".join(parts)
        data += self.hash(data).digest()
        index = self.index(places, raws, data[-self.hash().digest_size:])
        if spoil:
            data, index = spoil(data, index)
        name = name or self.hash(b"".join(
            bytes.fromhex(o) for o in sorted(places))).hexdigest()
        self.write(f"objects/pack/pack-{name}.pack", data)
        self.write(f"objects/pack/pack-{name}.idx", index)
        return places

    def index(self, places, raws, trailer, large=False):
        ids = sorted(places)
        out = [b"\xfftOc" + struct.pack(">I", 2)]
        fan, at = [], 0
        for k in range(256):
            while at < len(ids) and int(ids[at][:2], 16) <= k:
                at += 1
            fan.append(at)
        out.append(struct.pack(">256I", *fan))
        out += [bytes.fromhex(o) for o in ids]
        out += [struct.pack(">I", zlib.crc32(raws[o])) for o in ids]
        if large:
            out += [struct.pack(">I", 1 << 31 | i) for i in range(len(ids))]
            out += [struct.pack(">Q", places[o]) for o in ids]
        else:
            out += [struct.pack(">I", places[o]) for o in ids]
        index = b"".join(out) + trailer
        return index + self.hash(index).digest()

    def whole(self, kind, body, oid=None, level=1):
        """(oid, entry) of an object that is no delta."""
        return (oid or self.oid(kind, body),
                entry_head(TYPES[kind], len(body))
                + zlib.compress(body, level))

    def fake(self, text):
        """A name that no object has."""
        return self.hash(b"fake " + text.encode()).hexdigest()


def ofs(text, base):
    """A delta on a base that stands before it."""
    return lambda at: (entry_head(6, len(text)) + distance(at[None] - at[base])
                       + zlib.compress(text, 1))


def ref(text, base):
    return entry_head(7, len(text)) + bytes.fromhex(base) + zlib.compress(
        text, 1)


def zeros(size, marks):
    """zlib stream of `size` zero bytes with texts at offsets, quickly made:
    a block of zeros is deflated once and repeated."""
    block = bytes(MIB)
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = pressed.compress(block) + pressed.flush(zlib.Z_FULL_FLUSH)

    def deflated(data):
        z = zlib.compressobj(9, zlib.DEFLATED, -15)
        return z.compress(data) + z.flush(zlib.Z_FULL_FLUSH)

    out, at, check = [b"\x78\x9c"], 0, 1
    for place, text in sorted(marks.items()) + [(size, b"")]:
        while at < place:
            n = min(MIB, place - at)
            out.append(one if n == MIB else deflated(block[:n]))
            check = zlib.adler32(block[:n], check)
            at += n
        if text:
            out.append(deflated(text))
            check = zlib.adler32(text, check)
            at += len(text)
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(out) + end.flush() + struct.pack(">I", check)


# ---- bombs (C1) ------------------------------------------------------------

@fixture
def delta_bomb(path):
    """181 bytes of pack that say 2 GiB."""
    r = Repo(path)
    base = b"A" * 65536
    bomb = delta(65536, 65536 * 32768, b"\x80" * 32768)
    first, entry = r.whole(b"blob", base)
    r.pack([(first, entry), (r.fake("bomb"), ofs(bomb, first))])
    return Expect([r.plain], complete=False)


@fixture
def zeros_loose(path):
    r = Repo(path)
    one, two = token("one GiB"), token("middle")
    marks = {0: b"blob %d\0" % (2 << 30)}
    head = len(marks[0])
    marks[head + (1 << 30)] = b"\n" + one.encode() + b"\n"
    marks[head + (3 << 29)] = b"\n" + two.encode() + b"\n"
    oid = r.put(b"blob", b"", oid=r.fake("zeros"),
                raw=zeros(head + (2 << 30), marks))
    r.branch([(b"100644", b"zeros", oid)])
    return Expect([r.plain, one, two])


@fixture
def zeros_packed(path):
    r = Repo(path)
    one, two = token("one GiB"), token("middle")
    size = 2 << 30
    body = zeros(size, {1 << 30: b"\n" + one.encode() + b"\n",
                        3 << 29: b"\n" + two.encode() + b"\n"})
    oid = r.fake("zeros")
    r.pack([(oid, entry_head(3, size) + body)])
    r.branch([(b"100644", b"zeros", oid)])
    return Expect([r.plain, one, two])


@fixture
def zeros_tree(path):
    """A tree, a commit and a tag of 2 GiB: not to be streamed."""
    r = Repo(path)
    size = 2 << 30
    for kind in (b"tree", b"commit", b"tag"):
        head = b"%s %d\0" % (kind, size)
        r.put(kind, b"", oid=r.fake(kind.decode()),
              raw=zeros(len(head) + size, {0: head}))
    return Expect([r.plain], complete=False)


@fixture
def many_large_deltas(path):
    """60 KB that are 6 GB: each delta within its cap."""
    r = Repo(path)
    first, entry = r.whole(b"blob", bytes(65536))
    entries = [(first, entry)]
    for i in range(96):
        text = delta(65536, 65536 * 1024, insert(b"%04d" % i),
                     copy(0, 65532), b"\x80" * 1023)
        entries.append((r.fake(f"large {i}"), ofs(text, first)))
    r.pack(entries)
    return Expect([r.plain])


@fixture
def wide_bases(path):
    """A full binary tree of deltas, 100 MiB each: who keeps all bases of a
    path holds 700 MB."""
    r = Repo(path)
    size = 100 * MIB
    names = [r.fake(f"base {i}") for i in range(31)]
    text = delta(65536, size, b"\x80" * (size // 65536))
    chunks = [copy(at, min(0xffffff, size - at))
              for at in range(0, size, 0xffffff)]
    same = delta(size, size, *chunks)
    first, entry = r.whole(b"blob", bytes(65536))
    entries = [(first, entry), (names[0], ofs(text, first))]
    for i in range(1, 31):
        entries.append((names[i], ofs(same, names[(i - 1) // 2])))
    r.pack(entries)
    return Expect([r.plain], complete=None)


# ---- deltas in circles (C2) ------------------------------------------------

SAME5 = delta(5, 5, copy(0, 5))


@fixture
def ref_cycle(path):
    r = Repo(path)
    a, b = "aa" * 20, "bb" * 20
    r.pack([(a, ref(SAME5, b)), (b, ref(SAME5, a))])
    return Expect([r.plain], complete=False, seconds=0.1)


@fixture
def self_base(path):
    r = Repo(path)
    a = "aa" * 20
    r.pack([(a, ref(SAME5, a))])
    return Expect([r.plain], complete=False, seconds=0.1)


@fixture
def cycle_of_two_packs(path):
    """a on b on c on a; a and c in one pack, b in another; d hangs on it."""
    r = Repo(path)
    a, b, c, d = ("%02x" % k * 20 for k in (0xaa, 0xbb, 0xcc, 0xdd))
    r.pack([(a, ref(SAME5, b)), (c, ref(SAME5, a)), (d, ref(SAME5, c))])
    r.pack([(b, ref(SAME5, c))])
    return Expect([r.plain], complete=False, seconds=0.1)


def chain_bodies(r, count):
    last = token("end of chain")
    bodies = [b"%06d\n" % i for i in range(count)]
    bodies[-1] = b"k = " + last.encode() + b"\n"
    return last, bodies, [r.oid(b"blob", b) for b in bodies]


@fixture
def chain_of_50000(path):
    """git writes 4095 at most, but reads more."""
    r = Repo(path)
    last, bodies, ids = chain_bodies(r, 50000)
    entries = [r.whole(b"blob", bodies[0])]
    for i in range(1, len(bodies)):
        text = delta(len(bodies[i - 1]), len(bodies[i]), insert(bodies[i]))
        entries.append((ids[i], ofs(text, ids[i - 1])))
    r.pack(entries)
    r.branch([(b"100644", b"last", ids[-1])])
    return Expect([r.plain, last], seconds=2)


@fixture
def chain_through_two_packs(path):
    """Every second one stands in the other pack: who follows each chain from
    its start does it 20,000 times."""
    r = Repo(path)
    last, bodies, ids = chain_bodies(r, 20000)
    packs = [r.whole(b"blob", bodies[0])], []
    for i in range(1, len(bodies)):
        text = delta(len(bodies[i - 1]), len(bodies[i]), insert(bodies[i]))
        packs[i % 2].append((ids[i], ref(text, ids[i - 1])))
    r.pack(packs[0])
    r.pack(packs[1])
    return Expect([r.plain, last], seconds=2)


# ---- trees, commits (C3) ---------------------------------------------------

@fixture
def path_bomb(path):
    """12 objects, 10^10 paths."""
    r = Repo(path)
    last = token("bomb")
    oid = r.blob(b"k = " + last.encode() + b"\n")
    mode = b"100644"
    for _ in range(10):
        oid = r.put(b"tree", b"".join(tree_entry(mode, b"%d" % i, oid)
                                      for i in range(10)))
        mode = b"40000"
    r.ref("refs/heads/bomb", r.commit(oid))
    return Expect([r.plain, last], seconds=1, complete=None)


@fixture
def deep_tree(path):
    """30,001 trees in each other."""
    r = Repo(path)
    last = token("deep")
    oid = r.blob(b"k = " + last.encode() + b"\n")
    oid = r.put(b"tree", tree_entry(b"100644", b"f", oid))
    entries = []
    for _ in range(30000):
        body = tree_entry(b"40000", b"d", oid)
        oid = r.oid(b"tree", body)
        entries.append(r.whole(b"tree", body))
    r.pack(entries)
    r.ref("refs/heads/deep", r.commit(oid))
    return Expect([r.plain, last], seconds=2, stack=256, complete=None)


@fixture
def wide_tree(path):
    """A tree of 1,000,000 entries, a token in the last one's name."""
    r = Repo(path)
    last = token("name")
    blob = bytes.fromhex(r.blob(b""))
    body = b"".join(b"100644 name-%07d\0" % i + blob for i in range(1000000))
    body += b"100644 z" + b"-" + last.encode() + b"\0" + blob
    r.ref("refs/heads/wide", r.commit(r.put(b"tree", body)))
    return Expect([r.plain, last])


@fixture
def many_parents(path):
    """A commit with 100,000 parents, most of which are not there."""
    r = Repo(path)
    last = token("parents")
    oid = r.commit(r.tree([]), [r.fake(str(i)) for i in range(100000)],
                   b"k = " + last.encode() + b"\n")
    r.ref("refs/heads/many", oid)
    return Expect([r.plain, last], complete=False)


@fixture
def same_parent(path):
    """100,000 times the same parent, which is there."""
    r = Repo(path)
    last = token("parents")
    r.ref("refs/heads/many", r.commit(r.tree([]), [r.head] * 100000,
                                      b"k = " + last.encode() + b"\n"))
    return Expect([r.plain, last], seconds=2)


@fixture
def long_message(path):
    """50 MB of message with a token at its end."""
    r = Repo(path)
    last = token("message")
    line = b"All work and no play makes Jack a dull boy.\n"
    r.ref("refs/heads/long", r.commit(
        r.tree([]), [], line * (50 * 1000 * 1000 // len(line))
        + last.encode() + b"\n"))
    return Expect([r.plain, last])


@fixture
def long_name(path):
    r = Repo(path)
    last = token("long name")
    oid = r.blob(b"k = " + last.encode() + b"\n")
    r.branch([(b"100644", b"n" * 5000, oid)])
    return Expect([r.plain, last])


@fixture
def many_trees_one_blob(path):
    """A blob at 20,000 paths in 20,000 commits."""
    r = Repo(path)
    last = token("many paths")
    blob = r.blob(b"k = " + last.encode() + b"\n")
    entries, parent = [], r.head
    for i in range(20000):
        body = tree_entry(b"100644", b"p%05d" % i, blob)
        tree = r.oid(b"tree", body)
        entries.append(r.whole(b"tree", body))
        body = r.commit_body(tree, [parent])
        parent = r.oid(b"commit", body)
        entries.append(r.whole(b"commit", body))
    r.pack(entries)
    r.ref("refs/heads/many", parent)
    return Expect([r.plain, last], seconds=2, complete=None)


@fixture
def many_findings(path):
    """A fifth of a million blobs, a token in each."""
    r = Repo(path)
    first, entry = r.whole(b"blob", b"k = " + r.plain.encode() + b"\n")
    entries = [(first, entry)]
    for i in range(200000):
        text = b"%06d\n" % i
        entries.append((r.fake(text.decode()), ofs(delta(
            45, 45 + len(text), copy(0, 45), insert(text)), first)))
    r.pack(entries)
    return Expect([r.plain], complete=None)


@fixture
def commit_cycle(path):
    """Two commits that are each other's parent, and trees likewise: only
    forged names can."""
    r = Repo(path)
    last = token("cycle")
    blob = r.blob(b"k = " + last.encode() + b"\n")
    a, b, t, u = (r.fake(n) for n in "abtu")
    r.put(b"commit", r.commit_body(t, [b]), oid=a)
    r.put(b"commit", r.commit_body(t, [a]), oid=b)
    r.put(b"tree", tree_entry(b"40000", b"d", u)
          + tree_entry(b"100644", b"f", blob), oid=t)
    r.put(b"tree", tree_entry(b"40000", b"e", t), oid=u)
    r.ref("refs/heads/cycle", a)
    return Expect([r.plain, last], seconds=2, complete=None)


# ---- broken and lying data (D1) --------------------------------------------

@fixture
def forged_name(path):
    """A loose object under another one's name: both texts are seen."""
    r = Repo(path)
    one, two = token("true"), token("forged")
    oid = r.oid(b"blob", one.encode())
    r.pack([r.whole(b"blob", one.encode())])
    r.put(b"blob", two.encode(), oid=oid)
    return Expect([r.plain, one, two])


@fixture
def lying_size(path):
    """`blob 12` and 49 bytes behind it: a write past the heap in libgit2."""
    r = Repo(path)
    r.put(b"blob", b"", oid=r.fake("size"),
          raw=zlib.compress(b"blob 12\0" + b"x" * 49))
    return Expect([r.plain], complete=False)


@fixture
def strange_heads(path):
    """Loose objects whose first line is none, lies, or is missing."""
    r = Repo(path)
    heads = [b"", b"blob", b"blob ", b"blob \0", b"blob -1\0", b"blob 1 \0x",
             b"blob 99999999999999999999\0", b"BLOB 1\0x", b"blob 1\0",
             b"blob 18446744073709551615\0", b"blob 9223372036854775807\0",
             b"delta 1\0x", b"b" * 5000, b"tree 1\0x"[:6]]
    for i, head in enumerate(heads):
        r.put(b"blob", b"", oid=r.fake(f"head {i}"), raw=zlib.compress(head))
    r.put(b"blob", b"", oid=r.fake("empty"), raw=b"")
    r.put(b"blob", b"", oid=r.fake("text"), raw=b"hello")
    r.put(b"blob", b"", oid=r.fake("cut"),
          raw=zlib.compress(loose(b"blob", os.urandom(2000)))[:1000])
    return Expect([r.plain], complete=False)


def spoiled(spoil, found=True, complete=False):
    """A pack with a token, broken by spoil(data, index)."""
    def make(path):
        r = Repo(path)
        two = token("packed")
        r.pack([r.whole(b"blob", b"k = " + two.encode() + b"\n"),
                r.whole(b"blob", b"other\n")], spoil)
        return Expect([r.plain] + [two] * found, complete=complete)
    return make


def add_spoiled(name, spoil, found=False, complete=False):
    FIXTURES[name] = spoiled(spoil, found, complete)


def put_at(data, at, new):
    return data[:at] + new + data[at + len(new):]


add_spoiled("empty_pack", lambda p, i: (b"", i))
add_spoiled("empty_index", lambda p, i: (p, b""))
add_spoiled("short_pack", lambda p, i: (p[:11], i))
add_spoiled("fan_out_falls",
            lambda p, i: (p, put_at(i, 8 + 4 * 200, b"\xff\xff\xff\xff")))
add_spoiled("fan_out_huge", lambda p, i: (p, put_at(i, 8 + 4 * 255,
                                                    b"\xff\xff\xff\xff")))
add_spoiled("offsets_past_the_end", lambda p, i: (
    p, put_at(i, 1032 + 2 * 24, b"\x7f\xff\xff\xff" * 2)))
add_spoiled("offsets_of_no_entry", lambda p, i: (
    p, put_at(i, 1032 + 2 * 24, b"\0\0\0\x0e\0\0\0\x11")))
add_spoiled("large_offset_without_table", lambda p, i: (
    p, put_at(i, 1032 + 2 * 24, b"\xff\xff\xff\xff" * 2)))
add_spoiled("future_pack", lambda p, i: (put_at(p, 4, b"\0\0\0\x09"), i))
add_spoiled("wrong_count_in_pack",
            lambda p, i: (put_at(p, 8, b"\0\0\0\x09"), i), True, None)
add_spoiled("wrong_checksums", lambda p, i: (
    p[:-20] + bytes(20), i[:-40] + bytes(40)), True, None)


@fixture
def large_offsets(path):
    """An index whose offsets all stand in the table of 64 bits: right."""
    r = Repo(path)
    two = token("packed")
    oid, raw = r.whole(b"blob", b"k = " + two.encode() + b"\n")
    r.pack([(oid, raw)], lambda p, i: (p, r.index({oid: 12}, {oid: raw},
                                                  p[-20:], large=True)))
    return Expect([r.plain, two])


def many_names(path, room):
    r = Repo(path)
    two = token("packed")
    oid, raw = r.whole(b"blob", b"k = " + two.encode() + b"\n")
    ids = {r.fake(f"name {i}"): 12 for i in range(90000)}
    r.pack([(oid, raw)], lambda p, i: (
        p[:-20] + bytes(room) + p[-20:],
        r.index(ids, dict.fromkeys(ids, raw), p[-20:])))
    return r, two


@fixture
def one_entry_many_names(path):
    """An index of 90,000 names for one entry: it is read once."""
    r, two = many_names(path, 1000000)
    return Expect([r.plain, two], complete=False, seconds=1)


@fixture
def more_names_than_bytes(path):
    """An index of 90,000 names for a pack of 100 bytes: refused."""
    r, _ = many_names(path, 0)
    return Expect([r.plain], complete=False, seconds=1)


@fixture
def sparse_index(path):
    """An index and a pack of gigabytes that take no space on disk."""
    r = Repo(path)
    count = 100000000
    index = (b"\xfftOc" + struct.pack(">I", 2) + struct.pack(">I", count) * 256)
    r.write("objects/pack/pack-1.idx", index)
    r.write("objects/pack/pack-1.pack", b"PACK\0\0\0\2\xff\xff\xff\xff")
    os.truncate(r.path / "objects/pack/pack-1.idx",
                len(index) + count * 28 + 40)
    os.truncate(r.path / "objects/pack/pack-1.pack", count * 10)
    return Expect([r.plain], complete=False)


@fixture
def missing_base(path):
    r = Repo(path)
    r.pack([("aa" * 20, ref(SAME5, "bb" * 20)), r.whole(b"blob", b"x")])
    return Expect([r.plain], complete=False)


@fixture
def bad_deltas(path):
    """Copies and results that reach outside."""
    r = Repo(path)
    first, entry = r.whole(b"blob", b"hello")
    texts = [b"", delta(5, 5), delta(6, 5, copy(0, 5)),
             delta(5, 9, copy(0, 9)), delta(5, 5, copy(1, 5)),
             delta(5, 4, copy(0, 5)), delta(5, 6, copy(0, 5)),
             delta(5, 5, b"\0"), delta(5, 5, b"\x7fabc"),
             delta(5, 5, b"\xff\xff"), delta(5, 1 << 60, copy(0, 5)),
             delta(1 << 60, 5, copy(0, 5)), b"\xff" * 12]
    r.pack([(first, entry)] + [(r.fake(f"bad {i}"), ofs(text, first))
                               for i, text in enumerate(texts)])
    return Expect([r.plain], complete=False)


@fixture
def sha256_pack(path):
    r = Repo(path, sha256=True)
    two = token("packed")
    r.pack([r.whole(b"blob", b"k = " + two.encode() + b"\n")])
    return Expect([r.plain, two])


@fixture
def broken_trees(path):
    """Trees that end early or have no names: their bytes are looked at all
    the same."""
    r = Repo(path)
    blob = bytes.fromhex(r.blob(b"x"))
    found = [r.plain]
    for i, body in enumerate([
            b"100644", b"100644 ", b"100644 a", b"100644 a\0" + blob[:19],
            b"\0" * 100, b"100644 \0" + blob, b" a\0" + blob,
            b"99999999999999999999 a\0" + blob, b"100644a\0" + blob]):
        found.append(token(f"tree {i}"))
        body += b"100644" + found[-1].encode()
        r.ref(f"refs/heads/t{i}", r.commit(r.put(b"tree", body)))
    return Expect(found, complete=None)


@fixture
def strange_commits(path):
    """No author, no time, times beyond 2^63, NUL in the message."""
    r = Repo(path)
    found = [r.plain]
    tree = r.tree([])
    who = [b"", b"n", b"n <", b"n <a@b", b"n <a@b> ", b"n <a@b> x +0000",
           b"n <a@b> 9223372036854775808 +0000",
           b"n <a@b> 99999999999999999999999999 +9999",
           b"n <a@b> -1 -0000", b"> n < 1 1", b"\xff\xfe <\x1b[2J> 1 +0000"]
    for i, author in enumerate(who):
        found.append(token(f"author {i}"))
        r.ref(f"refs/heads/c{i}", r.commit(
            tree, [], b"a\0b\0" + found[-1].encode() + b"\n", author))
    bodies = [b"", b"tree", b"tree x\n", b"\n\n", b"parent \n",
              b"tree " + tree.encode(), b"author x\n\n"]
    for i, word in enumerate([b"tree ", b"parent ", b"object "]):
        found.append(token(f"header {i}"))
        bodies.append(word + found[-1].encode() + b"\n\nm\n")
    for body in bodies:
        r.put(b"commit", body)
        r.put(b"tag", body)
    return Expect(found, complete=None)


# ---- names (D7) ------------------------------------------------------------

NAMES = [b"nl\nname", b"tab\tname", b"\x1b[2J\x1b]0;x\x07", b"\xff\xfe",
         b"=cmd|calc!A1", b"-rf", b"--output=x", b"..", b".", b".git",
         b".GIT", b"git~1", b"", b"a/b", b"/etc/passwd", b"CON", b"aux.txt",
         b"nfc-\xc3\xa9", b"nfd-e\xcc\x81", b"rtl-\xe2\x80\xaetxt.exe",
         b"case", b"CASE", b"back\\slash", b"trailing ", b" leading",
         b"%2e%2e", b"<script>", b"::error::x", b"\"quoted\"", b"a" * 300]


@fixture
def names(path):
    r = Repo(path)
    found, entries = [r.plain], []
    for i, name in enumerate(NAMES):
        found.append(token(f"name {i}"))
        entries.append((b"100644", name,
                        r.blob(b"k = " + found[-1].encode() + b"\n")))
    r.branch(entries)
    return Expect(found, complete=None)


@fixture
def strange_refs(path):
    """Refs that hold nothing, loop, or lead out; a very long name."""
    r = Repo(path)
    r.write("refs/heads/empty", b"")
    r.write("refs/heads/text", b"hello\n")
    r.write("refs/heads/zero", b"0" * 40 + b"\n")
    r.write("refs/heads/gone", b"12" * 20 + b"\n")
    r.write("refs/heads/loop", b"ref: refs/heads/loop\n")
    r.write("refs/heads/out", b"ref: ../../../../etc/passwd\n")
    r.write("refs/heads/nul", b"ref: refs/heads/\0main\n")
    (r.path / "refs/heads/link").symlink_to("/etc/passwd")
    (r.path / "refs/heads/loops").symlink_to("loops")
    r.write("packed-refs", b"# pack-refs with: peeled\n^" + b"1" * 40 + b"\n"
            + b"zz refs/heads/x\n" + b"1" * 40 + b"\n" + b"\n\n"
            + r.head.encode() + b" refs/tags/" + b"n" * 100000 + b"\n"
            + r.head.encode() + b" refs/tags/cut")
    return Expect([r.plain], complete=None)


@fixture
def many_refs(path):
    r = Repo(path)
    r.write("packed-refs", b"".join(
        r.head.encode() + b" refs/tags/v%06d\n" % i for i in range(200000)))
    return Expect([r.plain], seconds=2)


# ---- special files (B1) ----------------------------------------------------

@fixture
def fifo_object(path):
    r = Repo(path)
    oid = r.fake("fifo")
    (r.path / "objects" / oid[:2]).mkdir()
    os.mkfifo(r.path / "objects" / oid[:2] / oid[2:])
    return Expect([r.plain], complete=False, seconds=2)


@fixture
def fifo_pack(path):
    r = Repo(path)
    os.mkfifo(r.path / "objects/pack/pack-1.idx")
    os.mkfifo(r.path / "objects/pack/pack-1.pack")
    return Expect([r.plain], complete=False, seconds=2)


def fifo(name, **expect):
    def make(path):
        r = Repo(path)
        target = r.path / name
        target.unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(target)
        # git dies of the first three; what it only lacks is not silent.
        complete = False if "alternates" in name else None
        return Expect([r.plain], complete, seconds=2, **expect)
    return make


for _name in ("HEAD", "packed-refs", "config", "refs/heads/x", "shallow",
              "objects/info/alternates", "commondir", "index", "logs/HEAD"):
    FIXTURES["fifo_" + _name.replace("/", "_").replace("-", "_")] = fifo(
        _name, refused=_name in ("HEAD", "config", "commondir"))


@fixture
def links_in_objects(path):
    """Directories and objects that are links: to themselves, upwards, out."""
    r = Repo(path)
    objects = r.path / "objects"
    free = [f"{k:02x}" for k in range(256)
            if not (objects / f"{k:02x}").exists()]
    (objects / free[0]).symlink_to("..")
    (objects / free[1]).symlink_to(free[1])
    (objects / free[2]).symlink_to("/dev")
    (objects / free[3]).mkdir()
    (objects / free[3] / ("0" * 38)).symlink_to("/dev/zero")
    (objects / free[3] / ("1" * 38)).symlink_to("/etc/passwd")
    (objects / free[3] / ("2" * 38)).symlink_to("2" * 38)
    (objects / free[3] / ("3" * 38)).mkdir()
    (objects / "pack" / "pack-1.idx").symlink_to("/dev/zero")
    (objects / "pack" / "pack-1.pack").symlink_to("/dev/zero")
    s = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(objects / free[3])
    s.bind("4" * 38)
    os.chdir(here)
    s.close()
    return Expect([r.plain], complete=False, seconds=2)


# ---- pointers that lead out (A4) -------------------------------------------

def outside(path):
    """A victim's repository beside the one that is scanned."""
    victim = Repo(str(path) + ".victim")
    canary = token("canary")
    victim.branch([(b"100644", b"c", victim.blob(
        b"k = " + canary.encode() + b"\n"))])
    return victim, canary


@fixture
def out_by_gitfile(path):
    victim, canary = outside(path)
    os.makedirs(path)
    pathlib.Path(path, ".git").write_text(f"gitdir: {victim.path}\n")
    return Expect([], lost=[canary], refused=True, complete=None)


@fixture
def out_by_link(path):
    victim, canary = outside(path)
    os.makedirs(path)
    pathlib.Path(path, ".git").symlink_to(victim.path)
    return Expect([], lost=[canary], refused=True, complete=None)


@fixture
def out_by_commondir(path):
    victim, canary = outside(path)
    r = Repo(path)
    r.write("commondir", f"{victim.path}\n")
    return Expect([], lost=[canary], refused=True, complete=None)


@fixture
def out_by_alternates(path):
    victim, canary = outside(path)
    r = Repo(path)
    r.write("objects/info/alternates", f"{victim.path}/objects\n")
    return Expect([r.plain], lost=[canary], complete=False)


@fixture
def out_by_http_alternates(path):
    victim, canary = outside(path)
    r = Repo(path)
    r.write("objects/info/http-alternates", f"{victim.path}/objects\n")
    return Expect([r.plain], lost=[canary])


@fixture
def out_by_worktree(path):
    """core.worktree names another directory."""
    os.makedirs(str(path) + ".victim")
    canary = token("canary")
    pathlib.Path(str(path) + ".victim", "f").write_text(canary + "\n")
    r = Repo(pathlib.Path(path, ".git"))
    r.write("config", "[core]\n\trepositoryformatversion = 0\n"
            f"\tworktree = {path}.victim\n")
    return Expect([r.plain], lost=[canary])


@fixture
def out_by_objects_link(path):
    """The objects directory itself is a link out."""
    victim, canary = outside(path)
    r = Repo(path)
    for directory in sorted((r.path / "objects").rglob("*"), reverse=True):
        directory.rmdir() if directory.is_dir() else directory.unlink()
    (r.path / "objects").rmdir()
    (r.path / "objects").symlink_to(victim.path / "objects")
    return Expect([], lost=[canary], refused=True, complete=None)


@fixture
def out_by_pack_link(path):
    """A pack directory and its packs that are links out."""
    victim, canary = outside(path)
    body = b"k = " + canary.encode() + b"\n"
    victim.pack([victim.whole(b"blob", body)], name="1")
    r = Repo(path)
    for end in ("idx", "pack"):
        (r.path / f"objects/pack/pack-1.{end}").symlink_to(
            victim.path / f"objects/pack/pack-1.{end}")
    return Expect([r.plain], lost=[canary], complete=False)


@fixture
def alternates_loop(path):
    r = Repo(path)
    r.write("objects/info/alternates",
            "../objects\n./\n.\n" + "../objects/../objects\n" * 1000)
    return Expect([r.plain], seconds=2)


def main():
    if len(sys.argv) == 2 and sys.argv[1] == "list":
        print("\n".join(FIXTURES))
        return
    if len(sys.argv) != 3 or sys.argv[1] not in FIXTURES:
        sys.exit(__doc__)
    expect = FIXTURES[sys.argv[1]](sys.argv[2])
    print(expect)


if __name__ == "__main__":
    main()
