"""Pages bring no script or style of their own, ask nothing of anybody else, and send no form without its token (S-06, B-R8)."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_FILES = [*TEMPLATES, *(file for file in sorted((ROOT / "static").rglob("*")) if file.is_file() and "vendor" not in file.relative_to(ROOT).parts)]

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ORIGIN = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
NAMESPACE = "http://www.w3.org/2000/svg"  # a name, never fetched
POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
TOKENS = ("csrf_token", "hidden_tag()", "form_token")
# Sent to a private link: the address is the key there and no cookie counts, so there is nothing a foreign page could misuse. A token could not
# be checked either: these pages tell no referrer, which its check over HTTPS wants (tests/notices/test_link_views.py sends them without cookies).
KEYED_BY_ADDRESS = re.compile(r"<form\b[^>]*action=\"\{\{ url_for\('(?:notice|consent)_links\.\w+', token=token\) \}\}\"", re.IGNORECASE)


class Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Styles, scripts without a file, event handlers and javascript: addresses."""
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.found.append(f"<{tag}>")
        self.found += [f"{name} on <{tag}>" for name in names if name == "style" or name.startswith("on")]
        self.found += [f"javascript: in {name}" for name, value in attrs if (value or "").lower().startswith("javascript:")]


def name_of(file: Path) -> str:
    """The file's path as a test's name."""
    return str(file.relative_to(ROOT))


@pytest.mark.requirement("B-R8")
@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_template_has_no_inline_script_style_or_handler(template: Path) -> None:
    parser = Inline()
    parser.feed(JINJA.sub("", template.read_text(encoding="utf-8")))
    assert parser.found == []


@pytest.mark.requirement("B-R8")
@pytest.mark.parametrize("file", OWN_FILES, ids=name_of)
def test_own_file_names_no_other_origin(file: Path) -> None:
    assert ORIGIN.findall(file.read_text(encoding="utf-8").replace(NAMESPACE, "")) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_forms_that_change_something_carry_a_token(template: Path) -> None:
    forms = POST_FORM.findall(template.read_text(encoding="utf-8"))
    assert [form[:120] for form in forms if not any(token in form for token in TOKENS) and not KEYED_BY_ADDRESS.match(form)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_template_says_in_its_first_line_what_it_is(template: Path) -> None:
    assert template.read_text(encoding="utf-8").startswith("{#- ")


def test_checks_find_what_they_look_for() -> None:
    parser = Inline()
    parser.feed('<p style="x" onclick="y"><style></style><script>z</script><script src="/a.js"></script><a href="javascript:1">')
    assert parser.found == ["style on <p>", "onclick on <p>", "<style>", "<script>", "javascript: in href"]
    assert ORIGIN.findall('<img src="//elsewhere.example/x">') == ["//elsewhere.example"]
    assert not KEYED_BY_ADDRESS.match("""<form action="{{ url_for('desk.match', notice_id=notice.id) }}" method="post">""")
    assert KEYED_BY_ADDRESS.match("""<form class="x" action="{{ url_for('notice_links.more', token=token) }}" method="post">""")
