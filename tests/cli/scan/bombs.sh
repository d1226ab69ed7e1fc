. "$TESTS/lib.sh"
# Archives that expand without end: memory stays, time too, and either the
# token in the middle is found or the scan says that it is not complete.
[ "$CONFIG" = release ] || skip "only with the release build: it takes long"
python3 - "$STANCH" "$(token ghp)" <<'PY'
import gzip, io, json, os, resource, subprocess, sys, tarfile, time, zipfile
import zlib
stanch, token = sys.argv[1], b" %s " % sys.argv[2].encode()
zeros = bytes(1 << 20)

def deflated(wbits, megabytes, at):
    """So many MiB of zeros with the token after `at` of them."""
    c = zlib.compressobj(9, zlib.DEFLATED, wbits)
    for n in range(megabytes):
        yield c.compress((token + zeros[len(token):]) if n == at else zeros)
    yield c.flush()

os.mkdir("tree")
with open("tree/zeros.gz", "wb") as f:
    f.writelines(deflated(31, 2048, 1024))
with zipfile.ZipFile("tree/zeros.zip", "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("big", "w", force_zip64=True) as f:
        for n in range(1024):
            f.write((token + zeros[len(token):]) if n == 512 else zeros)
inner = token
for n in range(10):
    inner = gzip.compress(inner)
open("tree/ten.gz", "wb").write(inner)
# sixteen of sixteen of sixteen ...
level = zeros * 16
for n in range(5):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for k in range(16):
            z.writestr("%d" % k, level)
    level = out.getvalue()
open("tree/nest.zip", "wb").write(level)
with tarfile.open("tree/many.tar.gz", "w:gz", compresslevel=1) as t:
    for n in range(101000):
        t.addfile(tarfile.TarInfo("f%d" % n))
for name in sorted(os.listdir("tree")):
    started = time.monotonic()
    done = subprocess.run([stanch, "scan", "-f", "jsonl", "tree/" + name],
                          capture_output=True)
    took = time.monotonic() - started
    records = [json.loads(line) for line in done.stdout.splitlines()]
    found = any(r["type"] == "finding" for r in records)
    last = records[-1]
    if took > 20:
        print(name, "took", took)
    if last["complete"] and name != "zeros.zip" and not found:
        print(name, "is complete without the token")
    if done.returncode not in (3, 4) and not (
            done.returncode == 1 and last["complete"] and found):
        print(name, "exit", done.returncode, last)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 512 << 10:
    print("memory", peak, "KiB")
PY
