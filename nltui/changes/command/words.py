"""Words behind the verb of an `ip` line, into the fields of a change that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from nltui.changes.base import Asked as Field
from nltui.changes.base import Change, fields_of
from nltui.changes.encap import taken
from nltui.errors import UsageError, did_you_mean
from nltui.model.ip_line.line import Line, cut

Asked = tuple[type[Change], dict[str, str], bytes | None]
"""The change, what its fields hold, and the row that it is about."""
FAMILIES = ("inet", "inet6")
Special = Callable[[str, list[str], dict[str, str]], None]
"""Reads what stands behind a word: the word, what is left (to take away from), the fields' texts."""


def read(
    cls: type[Change],
    words: Sequence[str],
    *,
    special: Mapping[str, Special] | None = None,
    only: Collection[str] | None = None,
    bare: Sequence[str] | None = None,
) -> dict[str, str]:
    """Words into fields. Raises UsageError.

    A word is found by itself or by the beginning of one alone; what is none goes into the fields without a word, in
    their order. `special`: words that are more than one field's; `only`: the fields that can be said here; `bare`:
    those that a word without a meaning goes into, before it can be the beginning of one.
    """
    fields = [field for field in fields_of(cls) if only is None or field.name in only]
    places = [field.name for field in fields if not field.word] if bare is None else bare
    found, seen, left = dict[str, str](), set[str](), list(words)
    while left:
        word = left.pop(0)
        own, place = (special or {}).get(word), next((name for name in places if name not in found), None)
        field = _field(word, fields, is_whole=bool(bare) and place is not None) if own is None else None
        name = word if own is not None else field.name if field is not None else ""
        if name and name in seen:
            raise UsageError(f"`{cut(word)}` is said twice")
        seen.add(name)
        if own is not None:
            own(word, left, found)
        elif field is not None:
            found[field.name] = value(word, field, left)
        elif place is not None:
            found[place] = word
        else:
            words_of = (one for field in fields for one in (field.word, *field.also))
            hint = did_you_mean(word, (*words_of, *(special or {})))
            raise UsageError(f"`{cut(word)}` is not understood here{hint}")
    return found


def unknown(sentence: str) -> Special:
    """For a word that `ip` has and no dialog: what to do instead."""

    def refuse(word: str, left: list[str], found: dict[str, str]) -> None:
        raise UsageError(f"`{word}` {sentence}")

    return refuse


def value(word: str, field: Field, left: list[str]) -> str:
    """What stands behind a field's word, taken from what is left. Raises UsageError."""
    if field.input.is_flag:
        return "yes"
    if len(left) < field.input.takes:
        raise UsageError(f"behind `{cut(word)}` something is missing: {field.input.hint}")
    return " ".join(left.pop(0) for _ in range(field.input.takes))


def _field(word: str, fields: Sequence[Field], is_whole: bool) -> Field | None:
    """Of two fields with one word the first has it; a beginning that two share is refused."""
    for field in fields:
        if word and word in (field.word, *field.also):
            return field
    if is_whole or not word.replace("_", "").isalpha():
        return None
    begin = {one: field for field in fields for one in (field.word, *field.also) if one.startswith(word)}
    if len({field.name for field in begin.values()}) > 1:
        raise UsageError(f"`{cut(word)}` could be {', '.join(begin)}: write it out")
    return next(iter(begin.values()), None)


def via(word: str, left: list[str], found: dict[str, str]) -> None:
    """The address of a gateway, which `ip` may be told the family of. Raises UsageError."""
    if left[:1] and left[0] in FAMILIES:
        left.pop(0)
    if not left:
        raise UsageError("behind `via` something is missing: an address")
    found["via"] = left.pop(0)


def header(word: str, left: list[str], found: dict[str, str]) -> None:
    """An encapsulation, whose end its words tell. Raises UsageError."""
    found["encap"] = " ".join(taken(left))


def take(words: list[str], word: str) -> str | None:
    """The value behind a word, both taken away; None where it is not said. Raises UsageError."""
    if word not in words:
        return None
    at = words.index(word)
    if at + 1 >= len(words):
        raise UsageError(f"behind `{word}` something is missing")
    taken = words[at + 1]
    del words[at : at + 2]
    if word in words:
        raise UsageError(f"`{word}` is said twice")
    return taken


def in_family(cls: type[Change], line: Line, texts: dict[str, str]) -> dict[str, str]:
    """With the family of `-4` or `-6`, where the change has a field for it. Raises UsageError for ends of another."""
    if not line.family:
        return texts
    for name in ("dst", "source", "to", "local", "peer"):
        text = texts.get(name, "")
        if (text[:1].isdigit() or ":" in text) and (":" in text) != (line.family == "inet6"):
            raise UsageError(f"`{cut(text)}` is not of the family {line.family}")
    if texts.get("family", line.family) != line.family:
        raise UsageError(f"what is said is not of the family {line.family}")
    if any(field.name == "family" for field in fields_of(cls)):
        texts["family"] = line.family
    return texts
