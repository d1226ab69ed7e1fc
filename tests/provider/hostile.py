"""Answers by number for tokens whose state is shape:N, strike:N or slow:N."""
from shapes import SHAPES, SLOW, STRIKES

KINDS = {"shape": SHAPES, "strike": STRIKES, "slow": SLOW}


def hostile(r):
    kind, _, n = (r.state or "").partition(":")
    return KINDS[kind][int(n)](r) if kind in KINDS else None


HANDLERS = {"*": hostile}
