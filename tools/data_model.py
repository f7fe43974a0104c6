"""Draw docs/data-model.svg: the tables in their groups, with the references that matter most as arrows.

    .venv/bin/python tools/data_model.py > docs/data-model.svg

Where a card stands is decided here by hand; a test holds that no table is missing.
"""

from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, CARD, LINE = 1076, 1154, 176, 17
COLUMNS = (20, 236, 456, 676, 880)
"""Left edges of the five columns of cards."""

STYLE = """
.paper { fill: #ffffff; stroke: #d0d7de }
.group { fill: #f3f6f9 }
.who { fill: #fdf1e3 } .what { fill: #e8f1fb } .where { fill: #e9f6ec } .together { fill: #f6ecf8 }
.results { fill: #fdf6d8 } .evidence { fill: #e6f5f5 } .history { fill: #eff0f2 } .service { fill: #f7f2ee }
.card { fill: #ffffff; stroke: #8c959f }
text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.head { font-size: 13px; font-weight: 700; letter-spacing: .06em }
.name { font-size: 13px; font-weight: 600 }
.line { font-size: 13px; fill: #4b535d }
.part { font-size: 12.5px; font-style: italic; fill: #0b5cad }
.foot { font-size: 13px; fill: #4b535d }
.citable { fill: #0f7b53 }
.arrow { fill: none; stroke: #57606a; stroke-width: 1.4; stroke-linejoin: round }
.tip { fill: #57606a }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; stroke: #3d444d }
  .who { fill: #33261a } .what { fill: #172a40 } .where { fill: #172f20 } .together { fill: #2f1f36 }
  .results { fill: #322c14 } .evidence { fill: #143030 } .history { fill: #20242b } .service { fill: #2a2320 }
  .card { fill: #161b22; stroke: #6e7681 }
  text { fill: #f0f3f6 }
  .line, .foot { fill: #b7bfc8 }
  .part { fill: #79b8ff }
  .citable { fill: #4ac38f }
  .arrow { stroke: #a3acb6 }
  .tip { fill: #a3acb6 }
}
"""


@dataclass(frozen=True)
class Card:
    """One table: where its card stands, a few of its columns, and its parts (tables of lists inside a row)."""

    name: str
    column: int
    top: int
    lines: tuple[str, ...]
    parts: tuple[str, ...] = ()
    citable: bool = True
    least: int = 0
    """Height that the card has at least."""

    @property
    def left(self) -> int:
        """Left edge."""
        return COLUMNS[self.column]

    @property
    def height(self) -> int:
        """Height that the text needs."""
        return max(self.least, 32 + LINE * (len(self.lines) + len(self.parts)))

    @property
    def bottom(self) -> int:
        """Lower edge."""
        return self.top + self.height

    def svg(self) -> str:
        """The card."""
        x, y = self.left, self.top
        out = [f'<rect class="card" x="{x}" y="{y}" width="{CARD}" height="{self.height}" rx="6"/>']
        out.append(f'<text class="name" x="{x + 9}" y="{y + 20}">{escape(self.name)}</text>')
        if self.citable:
            out.append(f'<rect class="citable" x="{x}" y="{y + 7}" width="4" height="{self.height - 14}" rx="2"/>')
        rows = [("line", text) for text in self.lines] + [("part", text) for text in self.parts]
        for number, (kind, text) in enumerate(rows, start=1):
            out.append(f'<text class="{kind}" x="{x + 9}" y="{y + 20 + LINE * number}">{escape(text)}</text>')
        return "\n".join(out)


GROUPS = (
    ("who", "WHO", 12, 44, 192, 372),
    ("what", "WHAT", 228, 44, 412, 372),
    ("where", "WHERE", 668, 44, 396, 372),
    ("together", "TOGETHER", 12, 456, 408, 170),
    ("results", "RESULTS", 448, 456, 616, 170),
    ("evidence", "EVIDENCE", 12, 654, 408, 216),
    ("history", "HISTORY", 448, 654, 616, 216),
    ("service", "THE SERVICE ITSELF: NO DATA", 12, 898, 848, 202),
    ("history", "PAST VERSIONS", 868, 898, 196, 202),
)
"""Class, title, and the rectangle: left, top, width, height."""

CARDS = (
    Card(
        "organization",
        0,
        74,
        ("name, acronym, kind", "country, state"),
        ("organization_name", "organization_identifier"),
    ),
    Card("organization_relation", 0, 200, ("part_of, led_by …", "subject, object")),
    Card("unnamed_party", 0, 300, ("description, kind", "count: a number, a", "range, or unknown")),
    Card("funding", 1, 74, ("funder, recipient", "amount, currency", "stage, date")),
    Card("participation", 1, 183, ("who, in which role", "own states, if said"), ("participation_state",)),
    Card("beneficiary_group", 1, 292, ("whom it is for", "count, sensitive")),
    Card(
        "project",
        2,
        74,
        (
            "title, kind, status",
            "start, end",
            "scope, summary",
            "parent: a project",
            "",
            "answers add:",
            "nationwide, and the",
            "effective funder (its",
            "own, or its parent’s)",
        ),
        ("project_topic", "project_identifier", "project_text"),
        least=244,
    ),
    Card("topic", 2, 344, ("English and Spanish",)),
    Card("project_state", 3, 74, ("state or place", "target, planned,", "or context only")),
    Card("state_group", 3, 200, ("“eight partner states”", "count, role", "named or not")),
    Card("state", 4, 74, ("ISO 3166-2, INEGI",), ("state_name",)),
    Card("place", 4, 200, ("community … country", "MX: nationwide")),
    Card("collaboration_member", 0, 488, ("who, in which role", "lead, member …")),
    Card("collaboration", 1, 488, ("coalition, network …", "goal, status", "plural"), ("collaboration_state",)),
    Card("indicator", 2, 488, ("value, unit, year", "target or result")),
    Card("finding", 2, 564, ("outcome or lesson",)),
    Card("tool", 3, 488, ("owner, audience", "purpose, status"), ("tool_project",)),
    Card("legal_instrument", 4, 488, ("law, reform, agenda",), ("legal_instrument_project",)),
    Card("document", 0, 686, ("title, publisher, year", "licence, SHA-256")),
    Card("citation", 1, 686, ("record, document", "heading, paragraph", "cue: eight words")),
    Card("record", 2, 686, ("kind, id, revision", "visibility", "created, deleted"), citable=False),
    Card("search_form", 2, 790, ("folded names",), citable=False),
    Card("change", 3, 686, ("create, update, delete", "which record"), citable=False),
    Card("…_history", 3, 773, ("beside each table:", "its rows, with the", "versions they hold in"), citable=False),
    Card("data_version", 4, 686, ("number, time, cause",), citable=False),
    Card("import_run", 4, 749, ("seed, or a file",), citable=False),
    Card("data_counter", 4, 812, ("locked by a write",), citable=False),
    Card("api_key", 0, 930, ("prefix, scopes, expiry", "a digest, no key"), citable=False),
    Card("admin_action", 1, 930, ("who did what, when",), citable=False),
    Card("idempotent_answer", 2, 930, ("for the same request", "sent again"), citable=False),
    Card("withheld_term", 3, 930, ("a keyed hash", "no term"), citable=False),
    Card("import_job", 0, 1020, ("a file that waits,", "is read, or was"), citable=False),
    Card("import_problem", 1, 1020, ("what is wrong with", "a file, and where"), citable=False),
    Card("source_record", 2, 1020, ("what a source calls", "a record"), citable=False),
    Card("distinct_pair", 3, 1020, ("two organizations:", "not the same"), citable=False),
    Card("amendment", 4, 930, ("which versions lost", "something, and why"), citable=False),
)

ARROWS = (
    # To whoever it is, named or not: one line for all that stand for "an organization or an unnamed party".
    "M 236 104 H 201",
    "M 236 228 H 216 M 196 508 H 216 V 104 M 216 340 H 201",
    "M 108 200 V 179",
    # To the project.
    "M 412 116 H 451",
    "M 412 224 H 451",
    "M 412 326 H 434 M 412 530 H 434 V 284 H 451",
    "M 676 106 H 637",
    "M 676 242 H 637",
    "M 544 488 V 436 M 764 488 V 436 M 968 488 V 436 H 654 M 544 436 H 654 V 296 H 637",
    "M 544 318 V 339",
    # Where.
    "M 764 157 V 195",
    "M 852 98 H 875",
    "M 852 132 H 866 V 222 H 875",
    # Together, evidence, history.
    "M 196 534 H 231",
    "M 236 722 H 201",
    "M 412 722 H 451",
    "M 676 712 H 637",
    "M 544 790 V 774",
    "M 852 708 H 875",
    "M 968 735 V 744",
)
"""Paths; each ends in an arrowhead."""

NOTES = (
    (684, 322, "certain: a state is named"),
    (684, 342, "possible: a counted group may hold it"),
    (684, 362, "nationwide: the whole country, never 32 states"),
    (684, 382, "none: nothing is recorded"),
    (28, 800, "Every fact has a basis:"),
    (28, 822, "stated: the text says it"),
    (28, 840, "implied: one safe step from the text"),
    (28, 858, "attributed: only the maintainers know it"),
)
"""Texts beside the cards: left, baseline, words."""


def main() -> None:
    """Write the picture to standard output."""
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' role="img" aria-labelledby="title">'
    )
    print('<title id="title">The tables of Tejido and the main references between them</title>')
    print(f"<style>{STYLE}</style>")
    print('<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">')
    print('<path class="tip" d="M 0 0 L 8 4 L 0 8 z"/></marker></defs>')
    print(f'<rect class="paper" x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>')
    print('<text class="head" x="20" y="29">Tejido: who funds whom, where, and who works together</text>')
    for kind, title, x, y, width, tall in GROUPS:
        print(f'<rect class="group {kind}" x="{x}" y="{y}" width="{width}" height="{tall}" rx="10"/>')
        print(f'<text class="head" x="{x + 9}" y="{y + 20}">{title}</text>')
    for card in CARDS:
        print(card.svg())
    for path in ARROWS:
        print(f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>')
    for left, baseline, words in NOTES:
        print(f'<text class="line" x="{left}" y="{baseline}">{escape(words)}</text>')
    print('<rect class="citable" x="22" y="1111" width="4" height="16" rx="2"/>')
    print('<text class="foot" x="34" y="1124">citable: a row in record, an id that is never used again,')
    print("a revision, citations, a history</text>")
    print('<text class="foot" x="700" y="1124">arrow: what a row refers to</text>')
    print('<text class="part" x="22" y="1143">italics</text>')
    print('<text class="foot" x="72" y="1143">a list inside each row of that card, in a table of its own</text>')
    print("</svg>")


if __name__ == "__main__":
    main()
