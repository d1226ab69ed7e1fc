"""Who brought what where: against `git rev-list` and `git ls-tree`, on
histories with merges, moves, copies, removals and equal dates."""
import random

from harness import case, check, git, init, same, scan, token, write

COUNT = 40


def tree_of(path, commit):
    """{(path, blob)} of a commit."""
    out = set()
    for line in git(path, "ls-tree", "-r", "-z", commit).split(b"\0"):
        if line:
            head, name = line.split(b"\t", 1)
            out.add((name.decode("latin-1"), head.split()[2].decode()))
    return out


class History:
    """Grown by git at random; what holds of it, as git sees it."""

    def __init__(self, path, seed):
        self.path, self.random = init(path), random.Random(seed)
        self.number = 0

    def git(self, *arguments, **options):
        return git(self.path, *arguments, **options).decode().strip()

    def change(self):
        """Secrets come, go, move and are copied."""
        r = self.random
        names = [f"{d}f{i}" for d in ("", "a/", "a/b/") for i in range(3)]
        for _ in range(r.randrange(1, 3)):
            name, other = r.choice(names), r.choice(names)
            target = self.path / name
            what = r.randrange(5)
            if what == 0 and target.exists():
                target.unlink()
            elif what == 1 and target.exists() and name != other:
                (self.path / other).parent.mkdir(parents=True, exist_ok=True)
                target.replace(self.path / other)
            elif what == 2 and target.exists():
                write(self.path, other, target.read_bytes())
            else:
                write(self.path, name, "k = %s\n" % token(r.randrange(12)))

    def commit(self, *arguments):
        # Several share a second; some clocks go backwards.
        when = 1700000000 + self.number // 3 - self.random.randrange(3) * 50
        self.number += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m",
                 f"commit {self.number}", *arguments, env={
                     "GIT_AUTHOR_DATE": f"{when} +0200",
                     "GIT_COMMITTER_DATE": f"{when} +0200"})

    def merge(self):
        branches = [b for b in self.git(
            "for-each-ref", "--format=%(refname:short)",
            "refs/heads").split() if b != "main"]
        if not branches:
            return
        # Ours, or an evil merge: something that neither side has.
        self.git("merge", "-q", "-s", "ours", "--no-commit", "--no-ff",
                 *self.random.sample(branches,
                                     min(len(branches), 2)), ok=False)
        if self.random.randrange(2):
            self.change()
        self.commit()

    def grow(self, count):
        self.change()
        self.commit()
        for i in range(count):
            what = self.random.randrange(10)
            if what == 0:
                self.git("branch", f"b{i}")
            elif what == 1:
                self.merge()
            elif what == 2:
                others = self.git("for-each-ref", "--format=%(refname:short)",
                                  "refs/heads").split()
                self.git("checkout", "-q", self.random.choice(others))
                continue
            elif what == 3:
                self.git("tag", "-a", "-m", "t", f"t{i}")
            self.change()
            self.commit()
        self.git("checkout", "-q", "main")

    # -- as git sees it --

    def look(self):
        self.parents, self.trees = {}, {}
        for line in self.git("rev-list", "--all", "--parents").splitlines():
            commit, *parents = line.split()
            self.parents[commit] = parents
            self.trees[commit] = tree_of(self.path, commit)
        self.refs = {}
        for line in self.git("for-each-ref", "--format=%(refname)").split():
            self.refs[line] = set(self.git("rev-list", line).split())
        self.head = tree_of(self.path, "HEAD")

    def ancestors(self, commit):
        seen, todo = set(), list(self.parents[commit])
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self.parents[one]
        return seen


def verify_finding(history, f):
    place, commit = (f["path"], f["object"]), f["commit"]["id"]
    check(place in history.trees[commit], f"{place} is not in {commit}")
    earlier = [a for a in history.ancestors(commit)
               if place in history.trees[a]]
    check(not earlier, f"{place} is in {earlier[:1]} before {commit}")
    same(f["in_head"], place in history.head, f"{place} in HEAD")
    want = [ref for ref, commits in history.refs.items()
            if any(place in history.trees[c] for c in commits)]
    same(f["refs"], sorted(want), f"refs of {place}")
    text = history.git("log", "-1", "--format=%an%n%ae%n%aI%n%s", commit)
    same([f["commit"][key] for key in ("author", "email", "date", "subject")],
         text.split("\n"), "the commit's lines")


def verify(path, seed):
    history = History(path, seed)
    history.grow(COUNT)
    history.look()
    done = scan("--history", "--refs", ".", cwd=path)
    same(done.code, 1, "exit")
    found = done.findings()
    check(len(found) > 10, f"only {len(found)} findings: no test")
    want = {place for tree in history.trees.values() for place in tree}
    same({(f["path"], f["object"]) for f in found}, want, "places")
    same(len(found), len(want), "findings")
    for f in found:
        verify_finding(history, f)


@case
def random_histories(directory):
    for seed in range(3):
        verify(directory / str(seed), seed)


@case
def sha256(directory):
    path = init(directory / "r", "--object-format=sha256")
    write(path, "f", "k = " + token(1) + "\n")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "with it")
    found = scan("--history", ".", cwd=path).findings()
    same([f["commit"]["id"] for f in found],
         [git(path, "rev-parse", "HEAD").decode().strip()], "commit")
