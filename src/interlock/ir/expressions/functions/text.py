"""Functions on text. Places count from 1, and a character is a Unicode code point unless a row says otherwise."""

from __future__ import annotations

from interlock.ir.expressions.functions.patterns import PATTERNS
from interlock.ir.expressions.functions.signatures import Function, Nulls

_NULL = "cast(null as varchar)"


def _text(
    name: str,
    signatures: tuple[str, ...] | str,
    doc: str,
    edges: str,
    *examples: tuple[str, str],
    nulls: Nulls = "strict",
    aliases: tuple[str, ...] = (),
) -> Function:
    forms = (signatures,) if isinstance(signatures, str) else signatures
    return Function(name, "text", forms, nulls, doc, edges, examples, aliases)


_MEASURED: tuple[Function, ...] = (
    _text(
        "length",
        ("length(text varchar) -> bigint", "length(list T[]) -> bigint"),
        "The number of characters of a text, or of items of a list.",
        "Empty text or list: 0. Null items count.",
        ("length('héllo')", "5"),
        ("length('')", "0"),
        ("length([1, null])", "2"),
        (f"length({_NULL})", "cast(null as bigint)"),
        aliases=("len", "char_length", "character_length", "array_length", "array_size", "list_length", "cardinality"),
    ),
    _text(
        "strlen",
        "strlen(text varchar) -> bigint",
        "The number of bytes of a text in UTF-8.",
        "Empty text: 0.",
        ("strlen('é')", "2"),
        ("strlen('')", "0"),
        (f"strlen({_NULL})", "cast(null as bigint)"),
        aliases=("octet_length", "byte_length"),
    ),
    _text(
        "strpos",
        "strpos(text varchar, part varchar) -> bigint",
        "The place where a part first stands in a text.",
        "Not found: 0. Empty part: 1.",
        ("strpos('hello', 'l')", "3"),
        ("strpos('hello', 'z')", "0"),
        ("strpos('hello', '')", "1"),
        ("position('l' in 'hello')", "3"),
        (f"strpos({_NULL}, 'a')", "cast(null as bigint)"),
        aliases=("instr", "position"),
    ),
    _text(
        "ascii",
        "ascii(text varchar) -> integer",
        "The number of the first character, as Unicode counts.",
        "Empty text: 0.",
        ("ascii('A')", "65"),
        ("ascii('')", "0"),
        (f"ascii({_NULL})", "cast(null as integer)"),
        aliases=("ord", "unicode"),
    ),
    _text(
        "levenshtein",
        "levenshtein(one varchar, other varchar) -> bigint",
        "How many single-byte edits turn one text into the other.",
        "Empty text: the length of the other.",
        ("levenshtein('kitten', 'sitting')", "3"),
        ("levenshtein('', 'abc')", "3"),
        (f"levenshtein({_NULL}, 'a')", "cast(null as bigint)"),
        aliases=("editdist3",),
    ),
    _text(
        "jaccard",
        "jaccard(one varchar, other varchar) -> double",
        "How alike two texts are by the bytes they share, from 0 to 1.",
        "Empty text stops the run.",
        ("jaccard('abc', 'abc')", "1e0"),
        ("jaccard('a', 'b')", "0e0"),
        (f"jaccard({_NULL}, 'a')", "cast(null as double)"),
    ),
    _text(
        "jaro_winkler_similarity",
        "jaro_winkler_similarity(one varchar, other varchar) -> double",
        "How alike two texts are, byte by byte, from 0 to 1; a shared beginning counts more.",
        "Nothing shared, or an empty text: 0.",
        ("jaro_winkler_similarity('same', 'same')", "1e0"),
        ("jaro_winkler_similarity('a', 'b')", "0e0"),
        (f"jaro_winkler_similarity({_NULL}, 'a')", "cast(null as double)"),
    ),
)

_CHANGED: tuple[Function, ...] = (
    _text(
        "lower",
        "lower(text varchar) -> varchar",
        "The text in lower case.",
        "Empty text stays empty.",
        ("lower('ÀB')", "'àb'"),
        ("lower('')", "''"),
        (f"lower({_NULL})", _NULL),
        aliases=("lcase", "lowercase", "to_lower", "tolower"),
    ),
    _text(
        "upper",
        "upper(text varchar) -> varchar",
        "The text in upper case.",
        "Empty text stays empty. A character whose capital would be several stays as it is; `ß` becomes `ẞ`.",
        ("upper('àb')", "'ÀB'"),
        ("upper('')", "''"),
        (f"upper({_NULL})", _NULL),
        aliases=("ucase", "uppercase", "to_upper", "toupper"),
    ),
    *(
        _text(
            name,
            (f"{name}(text varchar) -> varchar", f"{name}(text varchar, characters varchar) -> varchar"),
            f"The text without spaces, or without the given characters, {where}.",
            "By default spaces of every width go, the non-breaking one too, but no tabs or line ends; "
            "the characters are a set, in any order.",
            (f"{name}(' a b ')", plain),
            (f"{name}('xyax', 'yx')", cut),
            (f"{name}(chr(160))", "''"),
            (f"{name}('')", "''"),
            (f"{name}({_NULL})", _NULL),
            aliases=aliases,
        )
        for name, where, plain, cut, aliases in (
            ("trim", "at both ends", "'a b'", "'a'", ("btrim",)),
            ("ltrim", "at its beginning", "'a b '", "'ax'", ()),
            ("rtrim", "at its end", "' a b'", "'xya'", ()),
        )
    ),
    _text(
        "replace",
        "replace(text varchar, old varchar, new varchar) -> varchar",
        "The text with every occurrence of one part replaced by another.",
        "An empty part to replace changes nothing. Case matters.",
        ("replace('a-b-c', '-', '')", "'abc'"),
        ("replace('abc', '', 'x')", "'abc'"),
        (f"replace('abc', 'b', {_NULL})", _NULL),
    ),
    _text(
        "translate",
        "translate(text varchar, from varchar, to varchar) -> varchar",
        "The text with single characters exchanged: the first of `from` for the first of `to`, and so on.",
        "Characters of `from` without a partner in `to` are dropped.",
        ("translate('abc', 'ab', 'xy')", "'xyc'"),
        ("translate('abc', 'ab', 'x')", "'xc'"),
        (f"translate({_NULL}, 'a', 'b')", _NULL),
    ),
    _text(
        "reverse",
        "reverse(text varchar) -> varchar",
        "The characters of the text from last to first.",
        "Empty text stays empty.",
        ("reverse('abc')", "'cba'"),
        ("reverse('')", "''"),
        (f"reverse({_NULL})", _NULL),
    ),
    _text(
        "repeat",
        "repeat(text varchar, count bigint) -> varchar",
        "The text, so many times over.",
        "A count of zero or less gives empty text.",
        ("repeat('ab', 2)", "'abab'"),
        ("repeat('ab', -1)", "''"),
        (f"repeat({_NULL}, 2)", _NULL),
        aliases=("replicate",),
    ),
    *(
        _text(
            name,
            f"{name}(text varchar, length integer, fill varchar) -> varchar",
            f"The text brought to a length in characters, filled up {where}.",
            "Longer text is cut at its end. Empty fill stops the run when filling is needed.",
            (f"{name}('7', 3, '0')", filled),
            (f"{name}('abcd', 2, ' ')", "'ab'"),
            (f"{name}({_NULL}, 3, '0')", _NULL),
        )
        for name, where, filled in (("lpad", "at its beginning", "'007'"), ("rpad", "at its end", "'700'"))
    ),
    _text(
        "overlay",
        "overlay(text varchar, new varchar, start bigint, count bigint) -> varchar",
        "The text with `count` characters from `start` replaced.",
        "A start past the end appends. A negative count replaces as many as the new text has.",
        ("overlay('abcdef', 'XY', 3, 2)", "'abXYef'"),
        (f"overlay({_NULL}, 'X', 1, 1)", _NULL),
    ),
    _text(
        "strip_accents",
        "strip_accents(text varchar) -> varchar",
        "The text with accents taken off its letters.",
        "Empty text stays empty.",
        ("strip_accents('mühleisen')", "'muhleisen'"),
        (f"strip_accents({_NULL})", _NULL),
    ),
    _text(
        "nfc_normalize",
        "nfc_normalize(text varchar) -> varchar",
        "The text with its characters composed (Unicode NFC), so that equal-looking texts are equal.",
        "Empty text stays empty.",
        ("nfc_normalize('abc')", "'abc'"),
        (f"nfc_normalize({_NULL})", _NULL),
    ),
    _text(
        "chr",
        "chr(number integer) -> varchar",
        "The character with that number, as Unicode counts.",
        "A number that is no character stops the run.",
        ("chr(65)", "'A'"),
        ("chr(233)", "'é'"),
        ("chr(cast(null as integer))", _NULL),
        aliases=("char",),
    ),
    _text(
        "md5",
        "md5(text varchar) -> varchar",
        "The MD5 digest of the text, in hexadecimal. Not safe for secrets.",
        "Empty text has a digest too.",
        ("md5('')", "'d41d8cd98f00b204e9800998ecf8427e'"),
        (f"md5({_NULL})", _NULL),
    ),
    _text(
        "sha256",
        "sha256(text varchar) -> varchar",
        "The SHA-256 digest of the text, in hexadecimal.",
        "Empty text has a digest too.",
        ("left(sha256(''), 8)", "'e3b0c442'"),
        (f"sha256({_NULL})", _NULL),
    ),
    _text(
        "url_encode",
        "url_encode(text varchar) -> varchar",
        "The text with everything escaped that may not stand in a URL.",
        "A space becomes `%20`.",
        ("url_encode('a b&c')", "'a%20b%26c'"),
        (f"url_encode({_NULL})", _NULL),
    ),
    _text(
        "url_decode",
        "url_decode(text varchar) -> varchar",
        "The text with URL escapes undone.",
        "Bad escapes stay as they are, or stop the run when they are no UTF-8.",
        ("url_decode('a%20b')", "'a b'"),
        (f"url_decode({_NULL})", _NULL),
    ),
)

_CUT: tuple[Function, ...] = (
    _text(
        "substring",
        (
            "substring(text varchar, start bigint) -> varchar",
            "substring(text varchar, start bigint, count bigint) -> varchar",
        ),
        "The part of a text from a place on, at most `count` characters of it.",
        "Start 0 stands before the first character, so one less comes out; a negative start counts from the end. "
        "Past the end: empty text. A negative count takes the characters before the place. Beyond 32 bits stops the run.",
        ("substring('hello', 2, 3)", "'ell'"),
        ("substring('hello', -2)", "'lo'"),
        ("substring('hello', 0, 2)", "'h'"),
        ("substring('hello', 9)", "''"),
        (f"substring({_NULL}, 1)", _NULL),
        aliases=("substr", "mid"),
    ),
    *(
        _text(
            name,
            f"{name}(text varchar, count bigint) -> varchar",
            f"The {where} `count` characters of a text.",
            f"A negative count leaves out that many at the {other}. More than there are: the whole text.",
            (f"{name}('hello', 2)", two),
            (f"{name}('hello', -2)", less),
            (f"{name}('', 2)", "''"),
            (f"{name}({_NULL}, 2)", _NULL),
        )
        for name, where, other, two, less in (
            ("left", "first", "end", "'he'", "'hel'"),
            ("right", "last", "beginning", "'lo'", "'llo'"),
        )
    ),
    _text(
        "split_part",
        "split_part(text varchar, separator varchar, place bigint) -> varchar",
        "One piece of a text that is split at a separator.",
        "Past the end, or place 0: empty text. A negative place counts from the end. An empty separator splits into characters.",
        ("split_part('a,b,c', ',', 2)", "'b'"),
        ("split_part('a,b,c', ',', -1)", "'c'"),
        ("split_part('a,b,c', ',', 9)", "''"),
        (f"split_part({_NULL}, ',', 1)", _NULL),
    ),
    _text(
        "string_split",
        "string_split(text varchar, separator varchar) -> varchar[]",
        "The pieces of a text that is split at a separator, as a list.",
        "Empty text: a list of one empty text. An empty separator splits into characters; one that is null splits nothing.",
        ("string_split('a,b', ',')", "['a', 'b']"),
        ("string_split('', ',')", "['']"),
        ("string_split('ab', '')", "['a', 'b']"),
        (f"string_split({_NULL}, ',')", "cast(null as varchar[])"),
        nulls="first",
        aliases=("str_split", "split", "string_to_array"),
    ),
    _text(
        "concat",
        "concat(value text, others text...) -> varchar",
        "The values one after another, as text.",
        "Nulls are left out, unlike with `||`.",
        ("concat('a', 1, true)", "'a1true'"),
        (f"concat('a', {_NULL}, 'b')", "'ab'"),
        (f"concat({_NULL}, {_NULL})", "''"),
        nulls="never",
    ),
    _text(
        "concat_ws",
        "concat_ws(separator varchar, value text, others text...) -> varchar",
        "The values one after another, with a separator between any two.",
        "Nulls are left out, with their separator.",
        ("concat_ws('-', 'a', 1, 'b')", "'a-1-b'"),
        (f"concat_ws('-', 'a', {_NULL}, 'b')", "'a-b'"),
        (f"concat_ws({_NULL}, 'a', 'b')", _NULL),
        nulls="first",
    ),
)

_MATCHED: tuple[Function, ...] = (
    *(
        _text(
            name,
            f"{name}(text varchar, part varchar) -> boolean",
            f"Whether a text {does} a part.",
            "An empty part always fits. Case matters.",
            (f"{name}('hello', '{yes}')", "true"),
            (f"{name}('hello', 'LO')", "false"),
            (f"{name}('hello', '')", "true"),
            (f"{name}({_NULL}, 'a')", "cast(null as boolean)"),
            aliases=aliases,
        )
        for name, does, yes, aliases in (
            ("starts_with", "begins with", "he", ("startswith", "prefix")),
            ("ends_with", "ends with", "lo", ("endswith", "suffix")),
        )
    ),
    _text(
        "contains",
        ("contains(text varchar, part varchar) -> boolean", "contains(list T[], item T) -> boolean"),
        "Whether a text holds a part, or a list an item.",
        "An empty part is in every text. Case matters. A null item is in no list.",
        ("contains('hello', 'ell')", "true"),
        ("contains('hello', 'ELL')", "false"),
        ("contains('hello', '')", "true"),
        ("contains([1, 2], 2)", "true"),
        (f"contains({_NULL}, 'a')", "cast(null as boolean)"),
    ),
)

TEXT: tuple[Function, ...] = (*_MEASURED, *_CHANGED, *_CUT, *_MATCHED, *PATTERNS)
"""Every function on text."""
