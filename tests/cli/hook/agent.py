"""Coding assistants' calls, in each one's form and answer; see agent.sh.
usage: agent.py STANCH TOKEN..."""
import json
import os
import subprocess
import sys

STANCH, TOKENS = sys.argv[1], sys.argv[2:]
SECRET = TOKENS[0]
BASE = {"session_id": "s", "transcript_path": "/t", "cwd": "/w"}
REFUSED = [
    "git commit --no-verify -m x", "git commit -m x --no-veri",
    "git commit -n -m x", "git commit -anm x",
    'cd a && git commit -nm "y"', 'git -C repo commit -m "a b" -n',
    "/usr/bin/git push --no-verify",
    "git -c core.hooksPath=/dev/null commit -m x",
    "git config core.hooksPath /dev/null",
    "git config --global Core.HooksPath x",
    "GIT_CONFIG_KEY_0=core.hooksPath git commit -m x",
    'sh -c "git commit --no-verify -m x"', "HUSKY=0 git commit -m x",
    "bash -lc 'cd r; git push --no-verify'", "sudo -u a git commit -nm x",
    "env A=b timeout 5 git merge --no-verify x",
    'git add . ; git commit -m "$(cat m)" --no-verify',
    "rm -f .git/hooks/pre-commit", "chmod -x r/.git/hooks/*",
    "x=$(git commit --no-verify -m x)", "SKIP=stanch git commit -m x",
    "stanch hook uninstall", "git commit -m x \\\n --no-verify",
    "if true; then git commit -nm x; fi", "git am --no-verify p",
    "'git' \"commit\" --no-\"verify\"",
]
ALLOWED = [
    'git commit -m "mention --no-verify and -n"', "git log -n 5",
    "git push -n", "git commit -m -n", "git commit --message --no-verify",
    "git commit -F n", "git commit -v -m n", "ls .git/hooks",
    "echo git commit --no-verify", "git config user.name n",
    "git commit -m x -- -n", "git merge -n topic",
    "cat .git/hooks/pre-commit", 'grep -rn "no-verify" .', "", "git",
    "git commit -Sn -m x",
]


def tool(name, **arguments):
    return dict(BASE, hook_event_name="PreToolUse", tool_name=name,
                tool_input=arguments)


def edit(old, new):
    return tool("Edit", file_path="a.py", old_string=old, new_string=new)


def multi(old, new):
    return tool("MultiEdit", file_path="a.py",
                edits=[{"old_string": old, "new_string": new}])


def cursor(event, **members):
    return dict(members, hook_event_name=event, conversation_id="c")


def copilot(**arguments):
    return {"timestamp": 1, "cwd": "/w", "toolName": "bash",
            "toolArgs": json.dumps(arguments)}


def run(call, **options):
    text = call if isinstance(call, str) else json.dumps(call)
    return subprocess.run([STANCH, "hook", "run", "agent"], text=True,
                          input=text, stderr=subprocess.PIPE,
                          cwd=options.get("cwd"),
                          stdout=options.get("stdout", subprocess.PIPE))


def refused(call):
    done = run(call)
    assert done.returncode == 2, ("let through", call, done)
    assert done.stdout == "" and "stanch: refused: " in done.stderr, done
    assert done.stderr.count("\n") <= 8 and SECRET not in done.stderr, done
    return done.stderr


def allowed(call):
    done = run(call)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), \
        (call, done)


def answer(call):
    done = run(call)
    assert done.returncode == 0 and done.stderr == "", (call, done)
    assert SECRET not in done.stdout, done
    return json.loads(done.stdout)


for command in REFUSED:
    refused(tool("Bash", command=command, description="x"))
for command in ALLOWED:
    allowed(tool("Bash", command=command, description="x"))
no_verify = "git commit --no-verify"
refused(dict(BASE, hook_event_name="BeforeTool", tool_name="run_shell_command",
             tool_input={"command": no_verify}))
refused(tool("shell", command=["bash", "-lc", no_verify]))
allowed(tool("shell", command=["bash", "-lc", "git commit -m x"]))

# Content: what is new in it.
write = lambda text: tool("Write", file_path="/w/a.py", content=text)
assert "GitHub personal access token (classic)  ghp_" in \
    refused(write(f"TOKEN = '{SECRET}'"))
refused(tool("Bash", command=f"curl -H 'Authorization: token {SECRET}' h"))
refused(write(f"TOKEN = '{SECRET}' # stanch:allow says the assistant"))
allowed(write("TOKEN = os.environ['TOKEN']"))
for change in (edit, multi):
    refused(change("", f"a = '{SECRET}'"))
    allowed(change(f"a = '{SECRET}'", "a = os.environ['A']"))
    allowed(change(f"a = '{SECRET}'", f"b = 1; a = '{SECRET}'"))
    refused(change(f"a = '{SECRET}'", f"a = '{TOKENS[1]}'"))
assert "and 5 more" in refused(write("\n".join(TOKENS)))

# Answers in JSON, where they are wanted so.
a = answer(cursor("beforeShellExecution", command=no_verify, cwd="/w"))
assert a["permission"] == "deny" and a["user_message"], a
assert "no-verify" in a["agent_message"], a
a = answer(cursor("beforeReadFile", file_path=".env", content="K=" + SECRET))
assert a["permission"] == "deny", a
a = answer(cursor("beforeSubmitPrompt", prompt="use " + SECRET))
assert a["continue"] is False and a["user_message"], a
a = answer(copilot(command=no_verify))
assert a["permissionDecision"] == "deny", a
assert "no-verify" in a["permissionDecisionReason"], a
answer(copilot(command="echo " + SECRET))
allowed(cursor("beforeShellExecution", command="git commit -m x"))
allowed(cursor("beforeSubmitPrompt", prompt="hello"))
allowed(copilot(command="ls"))

# What is no call is not let through.
for text in ("", "{", "[]", "{}", '"x"', '{"toolName":"x","toolArgs":"{"}',
             '{"tool_name":"Bash"}', '{"tool_input":' * 5000 + "}" * 5000):
    done = run(text)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, (text, done)
with open("/dev/full", "w") as full:
    assert run(cursor("beforeShellExecution", command=no_verify),
               stdout=full).returncode == 2

# What HEAD's settings accept; not those of the tree, which it may write.
GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]


def git(*arguments):
    subprocess.run([*GIT, *arguments], cwd="r", check=True,
                   stdout=subprocess.DEVNULL)


def file(path, **more):
    return dict(tool("Write", file_path=path, content=f"T = '{SECRET}'"),
                **more)


def at(path, is_refused, call_directory="r", **more):
    done = run(file(path, **more), cwd=call_directory)
    assert done.returncode == (2 if is_refused else 0), (path, done)
    return done.stderr


subprocess.run(["git", "init", "-q", "-b", "main", "r"], check=True)
HERE = os.getcwd()
SETTINGS = '[[allow]]\npaths = ["tests/data/"]\nreason = "made up"\n'
os.makedirs("r/src")
open("r/.stanch.toml", "w").write(SETTINGS)
at("tests/data/new/a.py", True, cwd=HERE + "/r")  # no HEAD yet
git("add", ".")
git("commit", "-q", "-m", "m")
at("tests/data/new/a.py", False, cwd=HERE + "/r")
at(HERE + "/r/tests/data/a.py", False)
at("../tests/data/a.py", True, cwd=HERE + "/r/src")
at("tests/data/a.py", False, cwd="relative")
at("tests/data/a.py", True, cwd=HERE + "/r/src")
at(HERE + "/r/tests/data/a.py", False, "r/src")
at("src/a.py", True, cwd=HERE + "/r")
at(HERE + "/r/tests/data/../../src/a.py", True)
at(HERE + "/r/tests/data/./a.py", True)
at("", True)
at(HERE + "/elsewhere/tests/data/a.py", True)
at(HERE + "/r/tests/data/a.py", True, ".")  # no repository here
os.makedirs("r/tests/data")
os.symlink(HERE + "/r/src", "r/tests/data/link")
at(HERE + "/r/tests/data/link/a.py", True)
os.symlink(HERE + "/r", "linked")
at(HERE + "/linked/tests/data/a.py", False)
open("r/.stanch.toml", "w").write(SETTINGS.replace("tests/data/", "*"))
at("src/a.py", True, cwd=HERE + "/r")
open("r/.stanch.toml", "w").write("[[allow")
git("commit", "-q", "-a", "-m", "broken")
assert "suppresses nothing" in at("tests/data/a.py", True, cwd=HERE + "/r")
fingerprint = json.loads(subprocess.run(
    [STANCH, "scan", "-f", "jsonl", "-"], input=f"T = '{SECRET}'\n", text=True,
    stdout=subprocess.PIPE).stdout.splitlines()[0])["fingerprint"]
git("rm", "-q", "-f", ".stanch.toml")
subprocess.run([STANCH, "baseline", "add", "--file", "r/.stanch-baseline",
                "--reason", "made up", fingerprint], check=True)
git("add", ".stanch-baseline")
git("commit", "-q", "-m", "baseline")
at("src/a.py", False, cwd=HERE + "/r")
done = run(tool("Bash", command="echo " + SECRET), cwd="r")
assert done.returncode == 0, done
done = run(tool("Bash", command="echo " + TOKENS[1]), cwd="r")
assert done.returncode == 2, done
