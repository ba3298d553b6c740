"""Whatever the file holds: a checklist or a refusal, never another exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.load import load
from auditor.checklist.model import Checklist
from tests.checklist.conftest import outcome
from tests.checklist.samples import EVERYTHING


def one_sentence_each(error):
    """Whether there are problems, each with words, on one line, and none that the schema has no words for."""
    return all(problem.message and "\n" not in str(problem) for problem in error.problems) and len(error.problems) > 0


words = st.sampled_from(
    [
        "version = 1",
        'extends = "default"',
        "[env.prod]",
        "[env.other]",
        "absent = ['api']",
        'api = "${A}"',
        "[[waivers]]",
        "[items.rls]",
        "level = 'off'",
        "[policy.cors]",
        "token = '${A}'",
        'x = "\\u0000"',
        "[env.prod.tls]",
        "env.prod = 1",
        "title = {en=''}",
        "[env]",
        "[[env]]",
        "[checks.'']",
        "expires = 2027-01-31",
        "a = nan",
        "= ",
        "[[plugins]]",
        "path = '.'",
        "[env.prod.backups]",
        "pgbackrest_info = {}",
        "dumps = [[]]",
        "database = 'host=a'",
        "'' = ''",
        "trust = 'custom'",
    ]
)


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(words, max_size=12).map(lambda lines: "\n".join(lines).encode()),
    st.sampled_from(["prod", "other", "", "é"]),
)
def test_any_file_is_a_checklist_or_is_refused(tmp_path_factory, content, env):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    result = outcome(lambda: load(path, env, environ={"A": "https://a"}))
    assert isinstance(result, Checklist) or one_sentence_each(result)


values = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.sampled_from(["${A}", "${", "https://a", "off", "default", "1/s", "7d", "GET /", "a.b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé", max_size=2), inner, max_size=3),
    max_leaves=5,
)
known = st.sampled_from(
    [line.split(" = ")[0] for line in EVERYTHING.splitlines() if " = " in line and line[0].isalpha()]
)
tables = st.sampled_from([line for line in EVERYTHING.splitlines() if line.startswith("[")])


@settings(deadline=None)
@given(st.lists(st.tuples(tables, st.dictionaries(known.map(str.strip), values, max_size=4)), max_size=6))
def test_any_value_of_any_key_loads_or_is_refused(tmp_path_factory, sections):
    import tomlkit

    path = tmp_path_factory.getbasetemp() / "any.toml"
    body = "".join(f"{table}\n{tomlkit.dumps(pairs)}\n" for table, pairs in dict(sections).items())
    path.write_bytes(f'version = 1\nextends = "default"\n{body}'.encode())
    result = outcome(lambda: load(path, "prod", environ={"A": "https://a"}))
    assert isinstance(result, Checklist) or one_sentence_each(result)
