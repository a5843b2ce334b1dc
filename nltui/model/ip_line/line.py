"""One line of `ip`: options, object, verb and the words behind it, found as `ip` finds them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nltui.errors import UsageError, did_you_mean
from nltui.text import visible

_PROMPT = re.compile(r"\s*(?:[^\s'\"]*[#$]\s+)?")
_PART = re.compile(
    r"""\\. | '[^']*' | "(?:\\.|[^"\\])*" | (?P<comment>(?<!\S)\#[^\n]*)
        | (?P<shell>\n|&&?|\|\|?|;|[<>`]|\$[\w({]) | .""",
    re.VERBOSE | re.DOTALL,
)
_SUDO = {"sudo": ("-u", "-g", "-U", "-h", "-p", "-C", "-r", "-t"), "doas": ("-u", "-C")}
"""What runs a line as somebody else: options of it that a value follows."""

_OBJECTS = ("address", "addrlabel", "maddress", "route", "rule", "neighbor", "neighbour", "ntable", "link", "l2tp",
            "fou", "ila", "macsec", "tunnel", "tuntap", "tap", "token", "tcpmetrics", "tcp_metrics", "monitor", "xfrm",
            "mroute", "mrule", "netns", "netconf", "vrf", "sr", "nexthop", "mptcp", "ioam", "help",
            "stats")  # fmt: skip
"""In the order in which `ip` tries what a word is the beginning of."""
_SAME = {"neighbor": "neighbour", "tap": "tuntap"}
VERBS: Mapping[str, Sequence[str]] = {
    "address": ("add", "change", "chg", "replace", "delete", "show", "lst", "list", "flush", "save", "restore"),
    "route": ("list", "show", "lst", "get", "add", "change", "chg", "replace", "prepend", "append", "test", "delete",
              "flush", "save", "restore"),
    "rule": ("list", "lst", "show", "save", "restore", "add", "delete", "flush"),
    "neighbour": ("add", "replace", "change", "chg", "delete", "get", "show", "lst", "list", "flush"),
    "link": ("add", "set", "change", "replace", "delete", "show", "lst", "list", "xstats", "afstats", "property"),
    "nexthop": ("add", "replace", "delete", "list", "show", "lst", "get", "flush", "bucket"),
    "tuntap": ("add", "delete", "show", "lst", "list"),
}  # fmt: skip
"""By object, in the order in which `ip` tries them."""
_MEANT = {"chg": "change", "lst": "show", "list": "show"}
_LINK_MEANT = {"change": "set"}
SHOWING = frozenset({"show", "get"})

_FAMILIES = {"inet": "inet", "inet6": "inet6", "link": "", "mpls": "mpls", "bridge": "bridge"}
_FAMILY = {"-4": "inet", "-6": "inet6", "-0": "", "-M": "mpls", "-B": "bridge"}
_VALUED = frozenset({"-loops", "-family", "-batch", "-rcvbuf", "-netns"})
_OPTIONS = ("-loops", "-family", "-human", "-human-readable", "-iec", "-stats", "-statistics", "-details", "-resolve",
            "-oneline", "-timestamp", "-tshort", "-force", "-batch", "-brief", "-json", "-pretty", "-rcvbuf", "-color",
            "-netns", "-Numeric", "-all", "-echo")  # fmt: skip
"""In the order in which `ip` tries them."""


class NoVerb(UsageError):
    """Behind an object stands another `word` than one of its verbs."""

    def __init__(self, thing: str, word: str) -> None:
        self.word = word
        super().__init__(f"`ip {thing} {cut(word)}` is not known here{did_you_mean(word, VERBS[thing])}")


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says."""

    family: str
    """inet or inet6 where an option tells; else empty."""
    netns: str
    """Another network namespace that it is for; empty: this one."""
    object: str
    verb: str
    """`show` where none is said."""
    words: tuple[str, ...]

    def here(self, namespace: str) -> None:
        """See that it is for the network namespace that is looked at, by its name. Raises UsageError."""
        if self.netns and self.netns != namespace:
            at = f"at {cut(namespace)}" if namespace else "at the namespace that it was started in"
            raise UsageError(f"nltui looks {at}; `:ns {cut(self.netns)}` switches")


def cut(word: str) -> str:
    """A word of a line, for a sentence about it."""
    return visible(word, limit=40)


def read(line: str) -> Line:
    """Raises UsageError for what is no line of `ip`, or more than one."""
    words = _split(line)
    words = _without_sudo(words)
    netns = ""
    if words[:3] == ["ip", "netns", "exec"] and len(words) > 4:
        netns, words = words[3], words[4:]
    if words[:1] and words[0].rpartition("/")[2] == "ip":
        words = words[1:]
    family, there, words = _options(words)
    if not words:
        raise UsageError("an object is needed: link, address, route …")
    named = first(words[0], _OBJECTS)
    thing = _SAME.get(named or "", named or "")
    if thing not in VERBS:
        hint = did_you_mean(words[0], VERBS) if named is None else ""
        raise UsageError(f"`ip {cut(words[0])}` is not known here{hint}")
    verb = verb_of(thing, words[1]) if len(words) > 1 else "show"
    if not verb:
        raise NoVerb(thing, words[1])
    return Line(family, there or netns, thing, verb, tuple(words[2:]))


def verb_of(thing: str, word: str) -> str:
    """Of an object of `ip`; empty where there is no such verb."""
    found = first(word, VERBS[thing]) or ""
    found = _MEANT.get(found, found)
    return _LINK_MEANT.get(found, found) if thing == "link" else found


def first(word: str, known: Iterable[str]) -> str | None:
    """The word itself, or the first that begins so, as `ip` takes it."""
    listed = tuple(known)
    return word if word in listed else next((one for one in listed if word and one.startswith(word)), None)


def _split(line: str) -> list[str]:
    """Words, without a prompt and a comment. Raises UsageError for what only a shell understands."""
    text = line.replace("\\\n", " ").strip()
    prompt = _PROMPT.match(text)
    text = text[prompt.end() :] if prompt is not None else text
    for part in _PART.finditer(text):
        if part["comment"] is not None:
            text = text[: part.start()].rstrip()
            break
        if part["shell"] == "\n":
            raise UsageError("one line of `ip` at a time")
        if part["shell"] is not None:
            raise UsageError(f"`{cut(part['shell'])}` is for a shell, which this is not: one line of `ip` at a time")
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{visible(line, limit=80)}: {error}") from None


def _without_sudo(words: list[str]) -> list[str]:
    valued = _SUDO.get(words[0]) if words else None
    if valued is None:
        return words
    left = words[1:]
    while left and left[0].startswith("-"):
        left = left[2 if left[0] in valued else 1 :]
    return left


def _options(words: list[str]) -> tuple[str, str, list[str]]:
    """(family, network namespace, the rest) of options before the object. Raises UsageError."""
    family, netns, left = "", "", list(words)
    while left and left[0].startswith("-") and left[0] != "--":
        word = left.pop(0)
        option = word[1:] if word.startswith("--") else word
        if option in _FAMILY:
            family = _FAMILY[option]
            continue
        # `-c=always` and `-color=never` are said in one word.
        found = first(option.partition("=")[0], _OPTIONS)
        if found is None or len(option) < 2:
            raise UsageError(f"the option `{cut(word)}` is not known here")
        if found in ("-batch", "-force"):
            raise UsageError(f"`{cut(word)}` is for many lines: one line of `ip` at a time")
        if found not in _VALUED:
            continue
        if not left:
            raise UsageError(f"behind `{cut(word)}` something is missing")
        value = left.pop(0)
        if found == "-netns":
            netns = value
        if found == "-family":
            if value not in _FAMILIES:
                raise UsageError(f"the family `{cut(value)}` is not known here: inet or inet6")
            family = _FAMILIES[value]
    if family in ("mpls", "bridge"):
        raise UsageError(f"the family {family} is not known here: inet or inet6")
    return family, netns, left[1:] if left[:1] == ["--"] else left
