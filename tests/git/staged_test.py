"""What --staged looks at, against git's own view of its index: the blobs of
`git ls-files --stage` that HEAD has not at the same path, and the paths of
`git diff --cached`. Over random indexes in every form that git writes, with a
cache-tree that is whole, stale, absent or a lie."""
import hashlib
import random
import struct

from harness import case, check, git, init, same, scan, slow, token

DIRECTORIES = ["", "a/", "a/b/", "a.b/", "a-b/", "deep/er/and/deeper/", "a/b/c/",
               "z/", "long-" + "n" * 200 + "/"]
NAMES = ["x", "x.c", "new\nline", "sp ace", "\u00e9", "n" * 150]


class Tree:
    """Files with a token each: which are scanned is which are found."""

    def __init__(self, path, r, options):
        self.path, self.r, self.made = init(path, *options), r, 0

    def blob(self):
        self.made += 1
        text = f"key = {token((id(self) % 997, self.made))}\n"
        return git(self.path, "hash-object", "-w", "--stdin",
                   data=text.encode()).decode().strip()

    def any_path(self):
        name = self.r.choice(DIRECTORIES) + self.r.choice(NAMES)
        return name + str(self.r.randrange(30)) * self.r.randrange(2)

    def put(self, lines):
        git(self.path, "update-index", "-z", "--index-info",
            data=b"".join(line.encode() + b"\0" for line in lines))

    def commit(self):
        git(self.path, "commit", "-q", "--allow-empty", "-m", "m")

    # -- what can happen to an index

    def add(self, count=None):
        for _ in range(count or self.r.randrange(1, 6)):
            git(self.path, "update-index", "--add", "--replace", "--cacheinfo",
                f"100{self.r.choice(('644', '755'))},{self.blob()},"
                + self.any_path())

    def add_many(self):
        """More than are between two places that the reader writes down."""
        blob = self.blob()
        self.put([f"100644 {blob}\tmany/{i % 3}/{i}" for i in range(150)])
        self.commit()

    def remove(self):
        paths = [p for p in git(self.path, "ls-files", "-z").split(b"\0") if p]
        gone = self.r.sample(paths, min(len(paths), self.r.randrange(1, 5)))
        git(self.path, "update-index", "--force-remove", "-z", "--stdin",
            data=b"".join(p + b"\0" for p in gone))

    def intend(self):
        """git add -N: an entry without content."""
        name = "intended" + str(self.r.randrange(3))
        (self.path / name).write_text("later\n")
        git(self.path, "add", "-N", name)

    def skip_worktree(self):
        paths = [p for p in git(self.path, "ls-files", "-z").split(b"\0") if p]
        if paths:
            git(self.path, "update-index", "--skip-worktree", "-z", "--stdin",
                data=self.r.choice(paths) + b"\0")

    def link_commit(self):
        """A submodule."""
        git(self.path, "update-index", "--add", "--replace", "--cacheinfo",
            "160000," + hashlib.sha1(str(self.made).encode()).hexdigest()
            .ljust(self.width(), "0") + ",module" + str(self.made % 3))

    def conflict(self):
        path = "conflict" + str(self.r.randrange(4))
        stages = self.r.sample((1, 2, 3), self.r.randrange(1, 4))
        self.put([f"0 {'0' * self.width()}\t{path}"]
                 + [f"100644 {self.blob()} {n}\t{path}" for n in stages])

    def whole_cache_tree(self):
        if not git(self.path, "ls-files", "-u"):
            git(self.path, "write-tree")

    def same_as_head(self):
        if self.head():
            git(self.path, "read-tree", "HEAD")

    def version(self):
        git(self.path, "update-index", "--index-version",
            self.r.choice("234"))

    def split(self):
        git(self.path, "update-index",
            self.r.choice(("--split-index", "--split-index",
                           "--no-split-index")))

    # -- what git says

    def width(self):
        return 64 if "sha256" in git(self.path, "config", "--list").decode() \
            else 40

    def head(self):
        return git(self.path, "rev-parse", "-q", "--verify", "HEAD",
                   ok=False).decode().strip()

    def staged(self):
        """{(path, blob)} that HEAD has not; and git diff's paths."""
        head = {}
        if self.head():
            for line in git(self.path, "ls-tree", "-r", "-z",
                            "HEAD").split(b"\0"):
                if line:
                    meta, path = line.split(b"\t", 1)
                    head[path] = meta.split()
        intended = {p for p in (line.split(b"\t", 1)[-1] for line in git(
            self.path, "ls-files", "-z").split(b"\0"))
            if p.startswith(b"intended")}
        new = set()
        for line in git(self.path, "ls-files", "-s", "-z").split(b"\0"):
            if not line:
                continue
            meta, path = line.split(b"\t", 1)
            mode, blob, _ = meta.split()
            if mode != b"160000" and path not in intended and \
                    head.get(path, [b""] * 3)[2] != blob:
                new.add((path, blob.decode()))
        diff = git(self.path, "diff", "--cached", "--raw", "--no-renames",
                   "--no-abbrev", "-z", "--ignore-submodules=none"
                   ).split(b"\0")
        told = set()
        for meta, path in zip(diff[::2], diff[1::2]):
            _, mode, was, now, kind = meta.split()
            if kind == b"U" or (kind != b"D" and mode != b"160000"
                                and was != now):
                told.add(path)
        return new, told


def look(tree, text, new=None):
    """Scan, and compare with what git says, or said before."""
    if new is None:
        new, told = tree.staged()
        # It tells a path in conflict even where only HEAD's blob is left.
        check({p for p, _ in new} <= told, f"{text}: git's two views differ")
    done = scan("--staged", tree.path)
    found = set()
    for record in done.findings():
        line = f"key = {record['secret']}\n".encode()
        blob = git(tree.path, "hash-object", "--stdin",
                   data=line).decode().strip()
        found.add((record["path"].encode("utf-8", "surrogateescape"), blob))
    total = done.summary()["objects"]["total"]
    blobs = {b for _, b in new}
    prefix = str(tree.path).encode() + b"/"
    got = {(p[len(prefix):] if p.startswith(prefix) else p, b)
           for p, b in found}
    same(got, new, text)
    same(total, len(blobs), text + ": blobs looked at")
    same(done.code, 1 if new else 0, text + ": exit code")


def random_indexes(directory, seed, options, split):
    r = random.Random(seed)
    tree = Tree(directory / f"r{seed}", r, options)
    look(tree, f"seed {seed}: no index")
    steps = [tree.add, tree.add, tree.remove, tree.intend, tree.skip_worktree,
             tree.link_commit, tree.conflict, tree.whole_cache_tree,
             tree.whole_cache_tree, tree.version, tree.same_as_head]
    if split:
        steps += [tree.split] * 4
    tree.add_many()
    tree.add(40)
    for i in range(24):
        step = r.choice(steps)
        step()
        if r.random() < 0.15 and not git(tree.path, "ls-files", "-u"):
            tree.commit()
        look(tree, f"seed {seed}, step {i}, {step.__name__}")
    (tree.path / ".git/index").unlink()
    look(tree, f"seed {seed}: the index is gone")


@case
def random_states(directory):
    for seed in (1, 2):
        random_indexes(directory, seed, [], False)


@case
def random_states_of_split_indexes(directory):
    for seed in (3, 4):
        random_indexes(directory, seed, [], True)


@slow
@case
def random_states_in_sha256(directory):
    random_indexes(directory, 5, ["--object-format=sha256"], True)


# ---- indexes that git does not write ---------------------------------------

def extensions(index):
    """Where they begin in an index of version 2, and [(name, data)]."""
    count = struct.unpack(">I", index[8:12])[0]
    at = 12
    for _ in range(count):
        length = struct.unpack(">H", index[at + 60:at + 62])[0] & 0xfff
        at += (62 + length + 8) & ~7
    start, found = at, []
    while at < len(index) - 20:
        name, size = index[at:at + 4], struct.unpack(
            ">I", index[at + 4:at + 8])[0]
        found.append((name, index[at + 8:at + 8 + size]))
        at += 8 + size
    return start, found


def with_tree(index, change):
    """The index with another cache-tree."""
    start, found = extensions(index)
    body = index[:start]
    for name, data in found:
        if name == b"TREE":
            data = change(data)
        if data is not None:
            body += name + struct.pack(">I", len(data)) + data
    return body + hashlib.sha1(body).digest()


def nodes(data):
    """[(name, entries, subtrees, id)] of a cache-tree."""
    out = []
    while data:
        name, data = data.split(b"\0", 1)
        counts, data = data.split(b"\n", 1)
        entries, subtrees = map(int, counts.split())
        out.append((name, entries, subtrees,
                    data[:20] if entries >= 0 else b""))
        data = data[20:] if entries >= 0 else data
    return out


def text_of(node_list):
    return b"".join(n + b"\0%d %d\n" % (e, s) + i for n, e, s, i in node_list)


def wrong_counts(by):
    """Every directory but the root tells another number of entries."""
    return lambda data: text_of([
        (n, max(e + by, 0) if n and e >= 0 else e, s, i)
        for n, e, s, i in nodes(data)])


@case
def cache_trees_with_wrong_numbers(directory):
    """Nothing of what is staged may be passed over with them. git itself
    believes some of them, and dies of others."""
    r = random.Random(9)
    tree = Tree(directory / "r", r, [])
    tree.add(60)
    tree.add_many()
    git(tree.path, "update-index", "--index-version", "2")
    tree.commit()
    tree.add(5)
    index = tree.path / ".git/index"
    good = index.read_bytes()
    check(any(name == b"TREE" for name, _ in extensions(good)[1]), "no TREE")
    look(tree, "as git wrote it")
    new = tree.staged()[0]
    lies = {f"counts {by:+}": wrong_counts(by)
            for by in (-1, 1, 7, 10 ** 6, 2 ** 40)}
    lies |= {
        "none": lambda data: None,
        "empty": lambda data: b"",
        "cut short": lambda data: data[:-7],
        "subtrees": lambda data: text_of(
            [(n, e, s + 1, i) for n, e, s, i in nodes(data)]),
        "names": lambda data: text_of(
            [(n[:-1] + b"b" if n else n, e, s, i)
             for n, e, s, i in nodes(data)]),
        "deep": lambda data: b"\0-1 1\n" + b"a\0-1 1\n" * 5000,
    }
    for name, lie in lies.items():
        index.write_bytes(with_tree(good, lie))
        look(tree, name, new)
    index.write_bytes(good)


@case
def a_cache_tree_that_lies_commits_what_it_says(directory):
    """A directory that changed and is called unchanged: git commits HEAD's
    tree there, so nothing new is let through."""
    tree = Tree(directory / "r", random.Random(10), [])
    for name in "xyz":
        tree.put([f"100644 {tree.blob()}\tdir/{name}"])
    git(tree.path, "update-index", "--index-version", "2")
    tree.commit()
    was = git(tree.path, "rev-parse", "HEAD:dir").decode().strip()
    tree.put([f"100644 {tree.blob()}\tdir/y"])
    index = tree.path / ".git/index"
    index.write_bytes(with_tree(index.read_bytes(), lambda data: text_of(
        [(n, e, s, i) if not n else (n, 3, 0, bytes.fromhex(was))
         for n, e, s, i in nodes(data)])))
    same(scan("--staged", tree.path).code, 0, "what is looked at")
    git(tree.path, "commit", "-q", "--no-verify", "--allow-empty", "-m", "m")
    same(git(tree.path, "rev-parse", "HEAD:dir").decode().strip(), was,
         "what git commits")


@case
def split_indexes_that_are_broken(directory):
    """Refused, and never taken for an empty index."""
    tree = Tree(directory / "r", random.Random(11), [])
    tree.add(20)
    tree.commit()
    git(tree.path, "update-index", "--split-index")
    tree.add(3)
    look(tree, "split")
    shared = next(tree.path.glob(".git/sharedindex.*"))
    good, own = shared.read_bytes(), (tree.path / ".git/index").read_bytes()

    def refused(text):
        done = scan("--staged", tree.path)
        same(done.code, 2, text)
        check("index" in done.error, f"{text}: {done.error}")

    shared.unlink()
    refused("no shared file")
    for text, body in (("cut", good[:-30]), ("of another", good[:-1] + b"\0"),
                       ("empty", b""), ("none", b"x" * 100)):
        shared.write_bytes(body)
        refused(f"a shared file that is {text}")
    shared.write_bytes(good)
    at = own.index(b"link")
    for k in range(28, 28 + 48):
        for bit in (1, 128):
            broken = bytearray(own)
            broken[at + k] ^= bit
            (tree.path / ".git/index").write_bytes(broken)
            code = scan("--staged", tree.path).code
            check(code in (1, 2), f"byte {k} of link: exit {code}")
    (tree.path / ".git/index").write_bytes(own)
    look(tree, "split, as before")

