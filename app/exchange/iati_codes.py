"""What the codes of IATI are called in Tejido, for reading (2.0x and 1.0x) and writing (2.03).

docs/exchange/iati.md has the table of what goes where, and what is lost.
"""

from types import MappingProxyType

from app.models.noun import Values

SCHEME = "iati"
"""Scheme of an activity's identifier among those of a project."""

PRESUMED = "presumed"
"""Attribute of Tejido's: the value is there because the standard asks for one; ours is unknown."""

STATUSES = MappingProxyType(
    {
        "1": ("planned", None),
        "2": ("ongoing", None),
        "3": ("completed", "Finalisation"),
        "4": ("completed", None),
        "5": ("cancelled", None),
        "6": ("unknown", "Suspended"),
    }
)
"""ActivityStatus -> project_status, status_note."""

DATE_TYPES = MappingProxyType({"1": "planned start", "2": "actual start", "3": "planned end", "4": "actual end"})
"""ActivityDateType -> what `date_note` calls it."""

OLD_DATE_TYPES = MappingProxyType({"start-planned": "1", "start-actual": "2", "end-planned": "3", "end-actual": "4"})
"""ActivityDateType of 1.0x -> that of 2.0x."""

FUNDING_ROLE = "1"
ROLES = MappingProxyType({"2": "accountable", "3": "extending", "4": "implementing"})
"""OrganisationRole -> role of a participation; `1`, funding, is a funding row."""

OLD_ROLES = MappingProxyType({"funding": "1", "accountable": "2", "extending": "3", "implementing": "4"})

KINDS = MappingProxyType(
    {
        "10": "government",
        "11": "government",
        "15": "government",
        "21": "ngo",
        "22": "ngo",
        "23": "ngo",
        "24": "ngo",
        "30": "mixed",
        "40": "international",
        "60": "foundation",
        "70": "company",
        "71": "company",
        "72": "company",
        "73": "company",
        "80": "academia",
        "90": "unknown",
    }
)
"""OrganisationType -> kind of an organization."""

TEXTS = MappingProxyType({"1": "description", "2": "objectives", "3": "target_groups", "4": "description"})
"""DescriptionType -> kind of a project's text."""

INCOMING, OUTGOING = frozenset({"1", "11"}), frozenset({"2", "3", "4", "7"})
STAGES = MappingProxyType(
    {
        "1": "disbursement",
        "2": "commitment",
        "3": "disbursement",
        "4": "expenditure",
        "7": "disbursement",
        "11": "commitment",
    }
)
"""TransactionType -> stage of a funding. Reimbursements are disbursements for what was spent already."""

NO_FUNDING = MappingProxyType(
    {
        "5": "interest payments",
        "6": "loan repayments",
        "8": "purchases of equity",
        "9": "sales of equity",
        "10": "credit guarantees",
        "12": "pledges",
        "13": "pledges",
    }
)
"""TransactionType -> in words, of the transactions that bring no money to a project, or promise it without binding."""

OLD_TRANSACTION_TYPES = MappingProxyType(
    {"IF": "1", "C": "2", "D": "3", "E": "4", "IR": "5", "LR": "6", "R": "7", "QP": "8", "QS": "9", "CG": "10"}
)
"""TransactionType of 1.0x -> that of 2.0x."""

GRANT, LOAN = "110", "421"
FINANCE_KINDS = MappingProxyType(
    {GRANT: "grant"} | dict.fromkeys(("410", "411", "412", "413", "414", LOAN, "422", "431"), "loan")
)
"""FinanceType -> kind of a funding."""

NATIONAL = "4"
SCOPES = MappingProxyType({"1": "international", "2": "regional", "3": "international"})
"""ActivityScope -> scope of a project; `4`, national, is nationwide."""

ONE_STATE = frozenset({"6", "7", "8"})
"""ActivityScopes that lie within one state: one state, one municipality, one place."""

UNPLACED = "states in which it works, not named"
UNPLACED_ONE = "the one state in which it works, not named"
"""Labels of the groups of states that stand for work in Mexico of which no state is known."""

OWN_ACTIVITY = "Its own IATI activity: "
"""Begins the note of a participation."""

TOPICS = "urn:tejido:topics"
"""Address of the list of Tejido's own topics, where a topic has no code of another one."""
PUBLISHERS = "urn:tejido:sectors-of:"
"""Begins the address of a list that a publisher made and gave none: `<reference of the publisher>/99` follows."""


def date_note(dates: Values) -> str | None:
    """`planned start 2020-01-01; actual start 2020-02-03`, from ActivityDateType -> date."""
    return "; ".join(f"{DATE_TYPES[kind]} {dates[kind]}" for kind in sorted(dates)) or None
