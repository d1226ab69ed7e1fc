#!/usr/bin/env python3
"""audit_leases.py STANCH URL PSQL KILLS SEED: four workers on one PostgreSQL store,
killed at random, while the database writes down who held which repository when.
Claims: no repository is with two workers at once; none is taken from a worker
that lives; each has one result a run, from who held it.
"""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokens  # noqa: E402

STANCH, URL, PSQL = sys.argv[1:4]
KILLS, SEED = map(int, sys.argv[4:])
R = random.Random(SEED)
ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
           GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="ann@example.org",
           GIT_COMMITTER_NAME="Ann", GIT_COMMITTER_EMAIL="ann@example.org")
LOG = """
CREATE TABLE lease_log (n bigserial, at double precision, run bigint,
    repository bigint, was text, now text);
CREATE FUNCTION log_lease() RETURNS trigger AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO lease_log (at, run, repository, was, now) VALUES
            (extract(epoch FROM clock_timestamp()), OLD.run, OLD.repository,
             OLD.worker, 'done');
    ELSIF NEW.state <> OLD.state THEN
        INSERT INTO lease_log (at, run, repository, was, now) VALUES
            (extract(epoch FROM clock_timestamp()), OLD.run, OLD.repository,
             OLD.worker, NEW.worker);
    END IF;
    RETURN NULL; END $$ LANGUAGE plpgsql;
CREATE TRIGGER log_lease AFTER UPDATE OR DELETE ON stanch.queue
    FOR EACH ROW EXECUTE FUNCTION log_lease();
"""


def sql(text):
    done = subprocess.run((PSQL, URL, "-v", "ON_ERROR_STOP=1", "-qtAF", " ",
                           "-c", text), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [line.split(" ") for line in done.stdout.splitlines()]


def start(*more):
    return subprocess.Popen((STANCH, "audit", *more, "--store", URL, "--lease",
                             "1", "-q"), env=ENV, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def git(repo, *args):
    subprocess.run(("git", "-C", repo) + args, env=ENV, check=True,
                   stdout=subprocess.DEVNULL)


for i in range(30):
    git(".", "init", "-q", "-b", "main", f"org/r{i}")
    with open(f"org/r{i}/f", "w") as f:
        f.write("text\n" * R.randrange(20000))
        f.write(f"key={tokens.token('ghp', i)}\n")
    git(f"org/r{i}", "add", "-A")
    git(f"org/r{i}", "commit", "-q", "-m", "one")
# The tables, then the trigger, then the work.
if start("dir:org", "--exclude", "*").wait() not in (0, 3):
    raise SystemExit("cannot begin")
sql(LOG)
died = {}  # pid: when
kills = 0
while kills < KILLS:
    crew = [start("dir:org", "--full")] + [start("--worker")
                                           for _ in range(3)]
    time.sleep(R.uniform(0.05, 0.8))
    for victim in R.sample(crew, R.randrange(1, 4)):
        before = time.time()
        victim.kill()
        # It may have ended by itself just before.
        kills += victim.wait() == -9
        died[victim.pid] = before
    for p in crew:
        if p.pid not in died:
            p.wait()
            died[p.pid] = time.time()
if start("dir:org", "--full").wait() != 1:
    raise SystemExit("the last run")
held = {}
taken = given = done = 0
for at, run, repository, was, now in (
        row for row in sql("SELECT at, run, repository, coalesce(was, '-'),"
                           " coalesce(now, '-') FROM lease_log ORDER BY n")):
    key = run, repository
    if now == "done" and was == "-":
        # It was listed again while it was finished.
        if key in held:
            raise SystemExit(f"{key} dropped, {held[key]} has it")
    elif now == "done":
        if held.pop(key, None) != was:
            raise SystemExit(f"{key} finished by {was}, who had it not")
        done += 1
    elif now == "-":
        if held.pop(key, None) != was:
            raise SystemExit(f"{key} taken from {was}, who had it not")
        pid = int(was.split(".")[1])
        if died.get(pid, 1e12) > float(at) + 0.01:
            raise SystemExit(f"{key} taken from {was}, who lives")
        given += 1
    else:
        if key in held:
            raise SystemExit(f"{key} with {held[key]} and {now}")
        held[key] = now
        taken += 1
if held or taken != given + done or given == 0:
    raise SystemExit(f"{taken} taken, {given} given back, {done} done")
twice = sql("SELECT run, repository, count(*) FROM lease_log WHERE now ="
            " 'done' AND was IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1")
if twice:
    raise SystemExit(f"finished twice: {twice}")
