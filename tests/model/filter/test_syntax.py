"""What a filter's text means, and what is said of one that means nothing."""

from __future__ import annotations

import pytest

from nltui.model.filter.errors import FilterError
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.syntax import parse
from nltui.model.filter.tree import All, Any_, Comparison, Node, Not, Word
from nltui.tables import find

ROUTES, LINKS, ADDRESSES = find("routes"), find("links"), find("addresses")


class Nameless:
    def lookup(self, table: str, key: int) -> str | None:
        return None


def shape(node: Node) -> str:
    match node:
        case Word(text):
            return f"'{text}'"
        case Not(part):
            return f"not {shape(part)}"
        case All(parts):
            return "(" + " and ".join(map(shape, parts)) + ")"
        case Any_(parts):
            return "(" + " or ".join(map(shape, parts)) + ")"
        case Comparison(column=column, op=op, literals=literals):
            return f"{column.name} {op} " + ",".join(one.text for one in literals)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", "()"),
        ("  ", "()"),
        ("10.1", "'10.1'"),
        ("Eth UP", "('eth' and 'up')"),
        ("eth and up", "('eth' and 'up')"),
        ("eth AND NOT up", "('eth' and not 'up')"),
        ("!eth", "not 'eth'"),
        ("a b or c", "(('a' and 'b') or 'c')"),
        ("a (b or c)", "('a' and ('b' or 'c'))"),
        ('"two words"', "'two words'"),
        ("'it''s'", "('it' and 's')"),
        (r'"a \" \\ b"', r"""'a " \ b'"""),
        ("dst in 10/8", "destination in 10/8"),
        ("DST=10.0.0.0/8", "destination == 10.0.0.0/8"),
        ("dst:10.0.0.0/8", "destination == 10.0.0.0/8"),
        ("dst covers 10.1.2.3 proto != kernel", "(destination covers 10.1.2.3 and not proto == kernel)"),
        ("metric>=0x10", "metric >= 0x10"),
        ("dev !~ ^veth[0-9]+(a|b)$", "not dev ~ ^veth[0-9]+(a|b)$"),
        ("(dev ~ ^veth(a|b))", "dev ~ ^veth(a|b)"),
        ("proto in {bgp, static,'x y'}", "proto in bgp,static,x y"),
        ("flags has {onlink}", "flags has onlink"),
        ("in", "'in'"),
        ("has covers", "('has' and 'covers')"),
        ("dev", "'dev'"),
        ("dev eth0", "('dev' and 'eth0')"),
        ("fe80::1", "'fe80::1'"),
        ("a,", None),
    ],
)
def test_meaning(text: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(FilterError):
            parse(text, ROUTES)
    else:
        assert shape(parse(text, ROUTES)) == meant


@pytest.mark.parametrize(("typed", "sign"), [("-", "−"), ("−", "−"), ("+", "+"), ("~", "~"), ("{-, +}", "−")])
def test_signs_of_changes_are_those_of_a_keyboard(typed: str, sign: str) -> None:
    test = parse(f"change {'in' if '{' in typed else '=='} {typed}", find("activity"))
    assert isinstance(test, Comparison)
    assert test.holds(sign, Nameless())
    assert not test.holds("!", Nameless())


@pytest.mark.parametrize(
    ("text", "said", "token"),
    [
        ("dst in", "a value is missing", ""),
        ("dst in nonsense", "`nonsense` is no address or prefix", "nonsense"),
        ("dst in 10.0.0.0/33", "`10.0.0.0/33` is no address or prefix", "10.0.0.0/33"),
        ("destinaton = 1", "no column `destinaton` in routes; did you mean `destination`?", "destinaton"),
        ("zzz > 1", "no column `zzz` in routes; to look for the text, put it in quotation marks", "zzz"),
        ("metric > many", "`many` is no number, as `metric` is", "many"),
        ("expires < soon", "`soon` is no length of time (30s, 5m, 1h30m, forever), as `expires` is", "soon"),
        ("metric covers 10.1.1.1", "`metric` is no prefix, so it covers nothing", "covers"),
        ("metric < {1, 2}", "`<` takes one value, not a set", "<"),
        ("dev ~ (", "no regular expression", "("),
        ('dev = "eth', "the closing quotation mark is missing", '"eth'),
        ("(a or b", "a closing bracket is missing", ""),
        ("a )", "`)` has no meaning here", ")"),
        ("a or", "something is missing here", ""),
        ("or a", "`or` has no meaning here", "or"),
        ("proto in {a b}", "a comma or a closing brace is missing", "b"),
        ("proto in {a", "a comma or a closing brace is missing", ""),
        ('""', "there is nothing to look for", '""'),
        ("= 5", "`=` has no meaning here", "="),
        ("(" * 60 + "a", "brackets are more than 50 deep", "("),
        ("not " * 60 + "a", "brackets are more than 50 deep", "not"),
        ("a" * 5000, "it has more than 4,096 characters", "a" * 904),
    ],
)
def test_errors_name_the_token(text: str, said: str, token: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, ROUTES)
    error = caught.value
    assert said in error.sentence
    assert text[error.start : error.stop] == token
    assert str(error) == f"filter: {error.sentence} (at character {error.start + 1})"


def test_every_column_of_every_table_can_be_named() -> None:
    for table in (ROUTES, LINKS, ADDRESSES):
        for column in table.columns:
            text = f"{column.name} > 0" if column.rate_of else f'{column.name} ~ "x"'
            assert isinstance(parse(text, table), Comparison)


@pytest.mark.parametrize(
    ("one", "other", "is_narrower"),
    [
        ("eth", "et", True),
        ("eth up", "eth", True),
        ("et", "eth", False),
        ("dst in 10/8 bgp", "dst in 10/8", True),
        ("dst in 10/9", "dst in 10/8", False),
        ("a or b", "a", False),
        ("a and (b or c)", "a", True),
    ],
)
def test_what_can_be_looked_for_in_what_was_found(one: str, other: str, is_narrower: bool) -> None:
    assert filter_of(one, ROUTES).implies(filter_of(other, ROUTES)) == is_narrower
