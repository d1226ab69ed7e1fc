"""No program runs that a repository names, whatever is asked of it, and what
git's environment says is heeded only where git itself would mean it."""
import os
import shutil
import subprocess

from harness import (BINARY, Skip, case, check, commit, git, init, named,
                     same, scan, token, write)

# Each runs a program in one git command or another.
KEYS = {
    "core.fsmonitor": "@",
    "diff.x.textconv": "@",
    "diff.x.command": "@",
    "diff.external": "@",
    "filter.x.clean": "@",
    "filter.x.smudge": "@",
    "filter.x.process": "@",
    "gpg.program": "@",
    "core.hooksPath": "hooks",
    "core.sshCommand": "@",
    "core.pager": "@",
    "credential.helper": "@",
    "remote.origin.uploadpack": "@",
}


def trap(path, via):
    """A repository with all keys set, and the file that none may make."""
    init(path)
    marker = path.parent / "marker"
    program = path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    write(path, ".gitattributes", "* diff=x filter=x\n")
    write(path, "f", "base\n")
    commit(path, "base")
    write(path, "f", "k = " + token("history") + "\n")
    commit(path, "with it")
    write(path, "staged", "k = " + token("staged") + "\n")
    git(path, "add", "staged")
    hooks = path.parent / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "pre-commit", "fsmonitor-watchman",
                 "post-index-change", "reference-transaction"):
        shutil.copy(program, hooks / name)
        shutil.copy(program, path / ".git/hooks" / name)
    via(path, program, hooks)
    return marker


def lines(program, hooks):
    values = {key: value.replace("@", str(program)).replace(
        "hooks", str(hooks)) for key, value in KEYS.items()}
    text = "[log]\n\tshowSignature = true\n"
    for key, value in values.items():
        *section, name = key.split(".")
        head = section[0] + (f' "{section[1]}"' if section[1:] else "")
        text += f"[{head}]\n\t{name} = {value}\n"
    return (text + '[remote "origin"]\n\turl = ext::' + str(program) + "\n"
            "\tpromisor = true\n\tpartialclonefilter = blob:none\n")


def add(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def plainly(path, program, hooks):
    add(path / ".git/config", lines(program, hooks))


def by_include(path, program, hooks):
    add(path.parent / "more", lines(program, hooks))
    add(path / ".git/config", f"[include]\n\tpath = {path.parent}/more\n")


def by_condition(path, program, hooks):
    add(path.parent / "more", lines(program, hooks))
    add(path / ".git/config", f'[includeIf "gitdir:**"]\n'
        f"\tpath = {path.parent}/more\n")


def by_worktree(path, program, hooks):
    git(path, "config", "extensions.worktreeConfig", "true")
    add(path / ".git/config.worktree", lines(program, hooks))


WAYS = [plainly, by_include, by_condition, by_worktree]
MODES = {
    "all": [], "history": ["--history"], "worktree": ["--worktree"],
    "staged": ["--staged"], "range": ["--range", "HEAD~1..HEAD"],
    "since": ["--since", "2000-01-01"],
}


def test_of(via):
    def test(directory):
        path = directory / "r"
        marker = trap(path, via)
        # git itself falls into it, or the trap is none.
        git(path, "diff", ok=False)
        check(marker.exists(), "git runs nothing: no trap")
        for name, options in MODES.items():
            marker.unlink(missing_ok=True)
            done = scan(*options, path)
            check(done.code in (1, 4), f"{name}: exit {done.code}: "
                  + done.error[:300])
            check(not marker.exists(), f"{name}: a program was run")
        marker.unlink(missing_ok=True)
        scan("file://" + str(path))
        check(not marker.exists(), "URL: a program was run")
    return test


for _via in WAYS:
    named("programs." + _via.__name__, test_of(_via))


@case
def missing_promised_object(directory):
    """It is counted, and nobody is asked for it."""
    path = directory / "r"
    marker = trap(path, plainly)
    blob = git(path, "rev-parse", "HEAD:f").decode().strip()
    (path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for options in MODES.values():
        marker.unlink(missing_ok=True)
        scan(*options, path)
        check(not marker.exists(), "a program was run")
    done = scan("--history", path)
    check(done.code in (3, 4), f"exit {done.code}")


@case
def nothing_is_executed(directory):
    """By strace: our own program, and nothing after it."""
    if shutil.which("strace") is None:
        raise Skip("strace is not here")
    if "/release/" not in BINARY[0]:
        raise Skip("sanitizers and strace exclude each other")
    path = directory / "r"
    trap(path, plainly)
    log = directory / "log"
    for options in MODES.values():
        try:
            done = scan(*options, path, prefix=[
                "strace", "-f", "-qq", "-e", "trace=execve,execveat,connect",
                "-o", str(log)])
        except OSError as e:
            raise Skip(str(e)) from e
        text = log.read_text(errors="replace")
        if "ptrace" in done.error and "execve" not in text:
            raise Skip("strace may not trace here")
        runs = [line for line in text.splitlines() if "execve" in line]
        same(len(runs), 1, f"programs run: {runs}")
        check("connect(" not in text, "a connection was made")


# ---- git's environment -----------------------------------------------------

@case
def environment_of_others(directory):
    """An audit of a named repository is of that one."""
    path, other = init(directory / "r"), init(directory / "o")
    write(path, "f", "k = " + token("mine") + "\n")
    commit(path, "mine")
    write(other, "f", "k = " + token("other") + "\n")
    commit(other, "other")
    fake = directory / "bin"
    fake.mkdir()
    for name in ("git", "sh", "ssh"):
        write(fake, name, f"#!/bin/sh\ntouch {directory}/marker\n")
        (fake / name).chmod(0o755)
    env = {
        "GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": f"{other}/.git/index",
        "GIT_OBJECT_DIRECTORY": f"{other}/.git/objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{other}/.git/objects",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"{fake}/sh",
        "GIT_EXTERNAL_DIFF": f"{fake}/sh", "GIT_SSH": f"{fake}/ssh",
        "GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": "/",
        "PATH": f"{fake}:{os.environ['PATH']}",
        "SSLKEYLOGFILE": f"{directory}/marker",
        "HTTPS_PROXY": "http://127.0.0.1:1", "CURL_HOME": str(fake),
    }
    for options in ([], ["--history"], ["--worktree"]):
        done = scan(*options, path, env=env)
        same(done.code, 1, "exit")
        check(done.has(token("mine")), "not found")
        check(not done.has(token("other")), "another repository was read")
    for options in (["--range", "HEAD"], ["--since", "2000-01-01"]):
        done = scan(*options, path, env=env)
        check(not done.has(token("other")), "another repository was read")
    check(not (directory / "marker").exists(), "something was run or written")


@case
def opens_stay_inside(directory):
    """By strace: whatever a repository points to, nothing outside is read."""
    if shutil.which("strace") is None or "/release/" not in BINARY[0]:
        raise Skip("strace and a release build are needed")
    path = init(directory / "r")
    victim = init(directory / "victim")
    write(victim, "f", "k = " + token("victim") + "\n")
    commit(victim, "victim")
    write(path, "f", "k = " + token("mine") + "\n")
    commit(path, "mine")
    write(path, ".git/objects/info/alternates",
          f"{victim}/.git/objects\n")
    os.symlink(victim, path / "link")
    os.symlink(victim / "f", path / ".git/refs/heads/link")
    git(path, "config", "core.worktree", victim)
    git(path, "config", "include.path", victim / "f")
    log = directory / "log"
    done = scan(path, prefix=["strace", "-f", "-qq", "-e",
                              "trace=open,openat,openat2", "-o", str(log)])
    text = log.read_text(errors="replace")
    if "openat" not in text:
        raise Skip("strace may not trace here")
    check(not done.has(token("victim")), "read from outside")
    opened = [line for line in text.splitlines()
              if str(victim) in line and " = -1 " not in line]
    same(opened, [], "opened outside")
