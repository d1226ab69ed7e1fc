#!/usr/bin/env python3
"""The bill of materials holds what the programs are made of, with the versions
that the program tells of itself; it is SPDX, and the same bytes each time."""
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = ROOT + "/build/release"
os.chdir(ROOT)
passed, failed = 0, 0


def check(is_so, text):
    global passed, failed
    if is_so:
        passed += 1
    else:
        failed += 1
        print("failed: " + text)


def made():
    subprocess.run(["make", "-s", "sbom"], check=True)
    with open(BUILD + "/stanch.spdx.json", "rb") as file:
        return file.read()


text = made()
check(made() == text, "other bytes")
bill = json.loads(text)
for member in ("spdxVersion", "dataLicense", "SPDXID", "name",
               "documentNamespace", "creationInfo"):
    check(bill.get(member), f"no {member}")
check(bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0",
      "not SPDX 2.3")
packages = {p["SPDXID"]: p for p in bill["packages"]}
files = {f["SPDXID"]: f for f in bill["files"]}
known = {"SPDXRef-DOCUMENT", *packages, *files}
check(len(known) == 1 + len(bill["packages"]) + len(bill["files"]),
      "identifiers are not unique")
for key in known:
    check(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", key), f"identifier {key}")
for p in packages.values():
    check(p["versionInfo"] and p["downloadLocation"], f"{p['name']}: version")
for link in bill["relationships"]:
    check({link["spdxElementId"], link["relatedSpdxElement"]} <= known,
          f"a link to nothing: {link}")
for f in files.values():
    with open(os.path.join(BUILD, f["fileName"]), "rb") as file:
        check({"algorithm": "SHA256", "checksumValue": hashlib.sha256(
            file.read()).hexdigest()} in f["checksums"],
            f"hash of {f['fileName']}")
check({f["fileName"] for f in files.values()} >= {
    "./stanch", "./stanch-git.so", "./stanch-net", "./stanch-sqlite.so",
    "./stanch-postgres.so", "./stanch-partner"}, "a program is not in it")

# Each library that the program tells of is there, in that version.
told = json.loads(subprocess.run(
    [BUILD + "/stanch", "version", "--json"], check=True, capture_output=True,
    text=True).stdout)["libraries"]
names = {"pcre2": "libpcre2-dev", "xxhash": "libxxhash-dev",
         "libdeflate": "libdeflate-dev", "zlib": "zlib1g-dev",
         "libcrypto": "libssl-dev", "jansson": "libjansson-dev",
         "tomlplusplus": "libtomlplusplus-dev", "libarchive": "libarchive13",
         "libgit2": "libgit2-1.5", "libcurl": "libcurl4",
         "sqlite": "libsqlite3-0", "libpq": "libpq5",
         "libmicrohttpd": "libmicrohttpd12"}
for name, version in told.items():
    package = next((p for p in packages.values()
                    if p["name"] == names.get(name)), None)
    number = re.search(r"[0-9]+(\.[0-9]+)+", version or "")
    check(package and number and number.group() in package["versionInfo"],
          f"{name} {version}: {package and package['versionInfo']}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
