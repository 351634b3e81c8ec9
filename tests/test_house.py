"""The house rules that a machine can check, so that nobody has to remember them: CONTRIBUTING.md gives the reasons."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests import requirements

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"

# A module may import from its own layer and from lower ones.
LAYERS = {
    **dict.fromkeys(("settings", "errors", "language", "figures", "logs"), 0),
    **dict.fromkeys(("models", "store", "live"), 1),
    **dict.fromkeys(("domain", "analysis"), 2),
    **dict.fromkeys(("activities", "documents"), 3),
    **dict.fromkeys(("web", "cli", "rehearsal", "bench", "listening", "workers", "backup", "theming"), 4),
    **dict.fromkeys(("main", "__main__"), 5),
}
# What the number alone would let through: these parts keep out of one another, and of these libraries.
KEEPS_OUT = {
    "models": {"app.store", "app.live"},
    "live": {"app.store"},
    "analysis": {"app.models", "app.store", "app.domain"},
    "domain": {"fastapi", "starlette", "jinja2", "asyncio"},
}
MODULE_LINES = 400

# Written in two halves, so that this file does not name them itself.
REGISTRIES = [
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "npmjs" + r"\.(org|com)",
    "yarnpkg" + r"\.com",
    "unpkg" + r"\.com",
    "jsdelivr" + r"\.net",
    "cdnjs" + r"\.",
    "anaconda" + r"\.org",
    "docker" + r"\.io",
    "ghcr" + r"\.io",
    "quay" + r"\.io",
    "deb\\.debian" + r"\.org",
    r"--(extra-)?index" + r"-url",
]
THIRD_PARTY = re.compile(r"\.min\.(js|css)$|\.(woff2?|ttf|otf|eot|whl|so|dll|pyd)$|(^|/)(vendor|node_modules)/")


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def part(dotted: str) -> str:
    """The part of the house a dotted name lies in: `web` for app.web.phone, nothing outside the house."""
    return dotted.split(".")[1] if dotted.startswith("app.") else ""


def dotted_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import anywhere in a module, as line and full dotted name; `from app import x` counts as app.x."""
    package = dotted_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def committed() -> list[Path]:
    """The files git has, or would take: what a clone of the next commit holds."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("cannot run here: not a git checkout")
    return [ROOT / line for line in done.stdout.split("\0") if line and (ROOT / line).is_file()]


def line_of(text: str, hit: re.Match[str]) -> int:
    return text.count("\n", 0, hit.start()) + 1


def told(problems: Iterable[str]) -> str:
    return "\n" + "\n".join(problems)


def test_imports_go_to_the_same_or_a_lower_layer() -> None:
    problems = []
    for path in modules("app"):
        here = part(dotted_name(path))
        if not here:  # app/__init__.py itself
            continue
        if here not in LAYERS:
            problems.append(f"{name(path)}: say in LAYERS in which layer `{here}` lies")
            continue
        for line, target in imports(path):
            there = part(target)
            if there and LAYERS.get(there, 0) > LAYERS[here]:
                problems.append(
                    f"{name(path)}:{line} imports {target}: layer {LAYERS[here]} must not know layer {LAYERS[there]}"
                )
            for banned in KEEPS_OUT.get(here, ()):
                if f"{target}.".startswith(f"{banned}."):
                    problems.append(f"{name(path)}:{line} imports {target}: `{here}` keeps out of {banned}")
    assert not problems, told(problems)


def test_imports_are_seen_in_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "app" / "domain" / "votes.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "import app.web.phone\nfrom app import web\nfrom app.web import phone\n"
        "from ..web import desk\nfrom . import cards\ndef late():\n    import asyncio\n"
    )
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert sorted(imports(module)) == [
        (1, "app.web.phone"),
        (2, "app.web"),
        (3, "app.web.phone"),
        (4, "app.web.desk"),
        (5, "app.domain.cards"),
        (7, "asyncio"),
    ]


def test_no_module_is_too_long_to_read() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in modules("app", "tests", "migrations")}
    too_long = {path: lines for path, lines in lengths.items() if lines > MODULE_LINES}
    assert not too_long, f"past {MODULE_LINES} lines a file is asking to be two: {too_long}"


def test_every_module_says_what_it_promises() -> None:
    silent = [name(path) for path in modules("app") if not ast.get_docstring(tree(path))]
    assert not silent, f"these modules need a docstring of one to three sentences: {silent}"


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` takes every error and does nothing with it."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    everything = any(kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in caught)
    silent = all(
        isinstance(step, ast.Pass | ast.Continue | ast.Break)
        or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
        or (isinstance(step, ast.Return) and (step.value is None or isinstance(step.value, ast.Constant)))
        for step in handler.body
    )
    return everything and silent


def test_no_error_is_swallowed() -> None:
    problems = []
    for path in [*modules("app", "tests", "migrations"), ROOT / "dev.py"]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and swallows(node):
                problems.append(f"{name(path)}:{node.lineno} catches everything and says nothing: name the error")
            if isinstance(node, ast.Call) and re.fullmatch(
                r"(contextlib\.)?suppress\(.*\b(Base)?Exception\b.*\)", ast.unparse(node)
            ):
                problems.append(f"{name(path)}:{node.lineno} suppresses everything: name the error")
    assert not problems, told(problems)


def test_swallowed_errors_are_recognised() -> None:
    def handler(body: str) -> ast.ExceptHandler:
        (statement,) = ast.parse(f"try:\n    f()\n{body}").body
        assert isinstance(statement, ast.Try)
        return statement.handlers[0]

    assert swallows(handler("except:\n    pass"))
    assert swallows(handler("except Exception:\n    ..."))
    assert swallows(handler("except (ValueError, Exception):\n    return None"))
    assert not swallows(handler("except ValueError:\n    pass"))
    assert not swallows(handler("except Exception as error:\n    log(error)"))
    assert not swallows(handler("except Exception:\n    raise"))


def complaints(*tool: str) -> list[str]:
    """The lines of a checking tool that does not end well."""
    done = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True)
    return [*done.stdout.splitlines(), *done.stderr.splitlines()] if done.returncode else []


def test_every_requirement_names_tests_that_exist() -> None:
    assert requirements.absent(requirements.named(requirements.TABLE.read_text("utf-8"))) == []


def test_ruff_has_nothing_to_say() -> None:
    problems = complaints("ruff", "check", "--output-format=concise", ".")
    assert not problems, told(problems)


def test_every_file_is_formatted() -> None:
    problems = complaints("ruff", "format", "--check", "--quiet", "--output-format=concise", ".")
    assert not problems, told(problems)


@pytest.mark.timeout(600)  # without its cache mypy reads every library once
def test_mypy_has_nothing_to_say() -> None:
    problems = complaints("mypy")
    assert not problems, told(problems)


def test_nothing_committed_names_a_package_registry() -> None:
    host = re.compile("|".join(REGISTRIES), re.IGNORECASE)
    problems = []
    for path in committed():
        text = path.read_bytes().decode("utf-8", "replace")
        problems += [f"{name(path)}:{line_of(text, hit)} says {hit[0]}" for hit in host.finditer(text)]
    assert not problems, told(problems)


def test_registry_names_are_recognised() -> None:
    host = re.compile("|".join(REGISTRIES), re.IGNORECASE)
    names = [pattern.replace("\\", "").replace("(org|com)", "org").replace("(extra-)?", "") for pattern in REGISTRIES]
    assert [bool(host.search(f"from https://{entry}/x")) for entry in names] == [True] * len(REGISTRIES)


def test_nothing_third_party_is_committed() -> None:
    problems = [name(path) for path in committed() if THIRD_PARTY.search(name(path))]
    assert not problems, f"install these at set-up instead (requirements-assets.txt, dev.py): {problems}"


def test_every_locked_package_stands_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    listed = {"django-htmx", *re.findall(r"^([a-z0-9-]+)  +\S", notice, re.MULTILINE)}
    for lock in sorted(ROOT.glob("requirements*.txt")):
        locked = set(re.findall(r"^([a-z0-9.-]+)==", lock.read_text("utf-8"), re.MULTILINE))
        assert locked, f"{lock.name} locks nothing"
        assert locked - listed == set(), f"NOTICE must name what {lock.name} locks, with its licence"


def test_every_locked_package_has_a_hash() -> None:
    for lock in sorted(ROOT.glob("requirements*.txt")):
        text = re.sub(r"^#.*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE)
        for requirement in text.replace("\\\n", " ").splitlines():
            assert re.fullmatch(r"\S+==\S+( ; .*?)?(\s+--hash=sha256:[0-9a-f]{64})+", requirement), requirement


def test_every_setting_stands_in_the_example() -> None:
    example = set(re.findall(r"^TOVHOLDER_([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert example == {field.upper() for field in Settings.model_fields}


FORBIDDEN_IN_PAGES = {  # what it would break: the content security policy, or a text that is not escaped
    r"\|\s*safe\b": "prints a text without escaping it",
    r"autoescape\s+false": "switches the escaping off",
    r"\bstyle\s*=": "a style attribute; use a class, or an attribute the style sheet reads",
    r"<style\b": "a style in the page; use a style sheet",
    r"<script(?![^>]*\ssrc\s*=)": "a script in the page; use a file in static/",
    r"\son[a-z]+\s*=": "a script in an attribute; use a file in static/",
    r"\bhx-on\b": "a script in an attribute; use a file in static/",
    r"(?<!data-)(?<![\w-])hx-[a-z]": "an htmx attribute without data-",
    r"\b(src|data-hx-get|data-hx-post|ws-connect)\s*=\s*[\"']?(https?:)?//": "a request to somebody else",
    r"javascript:": "a script in an address",
}


def faults(page: str) -> list[str]:
    """What a template does that no page may, with line numbers; Jinja comments may say what they like."""
    bare = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), page, flags=re.DOTALL)
    return [
        f"{line_of(bare, hit)}: `{hit[0].strip()}` {why}"
        for pattern, why in FORBIDDEN_IN_PAGES.items()
        for hit in re.finditer(pattern, bare, re.IGNORECASE)
    ]


def test_pages_hold_no_script_no_style_and_no_unescaped_text() -> None:
    pages = [path for suffix in ("html", "svg", "xml") for path in (APP / "templates").rglob(f"*.{suffix}")]
    assert pages
    problems = [f"{name(path)}:{fault}" for path in sorted(pages) for fault in faults(path.read_text("utf-8"))]
    assert not problems, told(problems)


@pytest.mark.parametrize(
    "page",
    [
        "{{ text | safe }}",
        "{% autoescape false %}",
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button onclick="x()">',
        '<p data-hx-on:click="x()">',
        '<form hx-post="/x">',
        '<script src="https://cdn.example/x.js"></script>',
        '<a href="javascript:x()">',
    ],
)
def test_a_page_that_breaks_the_rules_is_found_out(page: str) -> None:
    assert len(faults(f"<p>one line</p>\n{page}")) == 1


def test_a_page_that_keeps_the_rules_passes() -> None:
    page = '{# no hx-post #}<script src="/static/phone.js" defer></script><form data-hx-post="/x" class="on">'
    assert faults(page) == []
