"""What the browser checks must find: a page that keeps all rules, and one page for each rule that it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.browser import Seen, complaints, look

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width"><style>body {{ color: #222; background: #fff }} {style}</style>{head}
</head><body><main><section class="front"><h1>Title</h1><p>Text.</p>{first}</section><section><h2>More</h2>
{second}</section></main></body></html>"""
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
BAD = {  # name of the rule -> what breaks it
    "requests": {"first": '<img alt="A dot" src="https://example.org/dot.png">'},
    "requests, of a file beside it": {"head": '<link rel="stylesheet" href="beside.css">'},
    "errors": {"first": "<script>undefined_name()</script>"},
    "overflow on phone": {"first": '<div style="width: 900px">wide</div>'},
    "overflow on desktop": {"first": '<div style="width: 1500px">wider</div>'},
    "overflow on print": {"style": "@media print { .wide { width: 900px } }", "first": '<div class="wide">wide</div>'},
    "pictures without words": {"first": "<svg width='9' height='9'><circle r='4'/></svg>"},
    "image-alt": {"first": f'<img src="{DOT}">'},
    "headings": {"second": "<h4>Too deep</h4>"},
    "headings, two of the first level": {"second": "<h1>Another</h1>"},
    "color-contrast": {"first": '<p style="color: #aaa">pale</p>'},
    "front in print": {"first": '<div style="height: 300mm">long</div>'},
}
GOOD = {
    "style": "@media screen { .front { min-height: 600mm } }",
    "first": f'<img alt="A dot" src="{DOT}"><svg role="img" aria-label="A square" width="9" height="9"></svg>',
    "second": '<svg aria-hidden="true" width="9" height="9"></svg><div style="height: 600mm">long</div>',
}


def page(**parts: str) -> str:
    return PAGE.format(**{"style": "", "head": "", "first": "", "second": "", **parts})


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    folder = tmp_path_factory.mktemp("pages")
    pages = {"good": page(**GOOD), **{rule: page(**parts) for rule, parts in BAD.items()}}
    files = [folder / f"{number}.html" for number in range(len(pages))]
    for file, text in zip(files, pages.values()):
        file.write_text(text, encoding="utf-8")
    return dict(zip(pages, look(*files)))


def test_a_page_that_keeps_the_rules_has_no_complaint(seen: dict[str, Seen]) -> None:
    good = seen["good"]
    assert complaints(good) == {}
    assert good.bytes == Path(good.file).stat().st_size and good.headings == [1, 2]
    assert good.pages >= 3  # 600 mm behind the front


@pytest.mark.parametrize("rule", BAD)
def test_what_breaks_a_rule_is_seen(seen: dict[str, Seen], rule: str) -> None:
    assert rule.split(",")[0] in complaints(seen[rule])
