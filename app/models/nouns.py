"""All nouns, in an order in which each stands after those that it refers to."""

from app.models.collaborations import COLLABORATION, COLLABORATION_MEMBER
from app.models.documents import CITATION, DOCUMENT
from app.models.noun import Noun
from app.models.organizations import ORGANIZATION, ORGANIZATION_RELATION, UNNAMED_PARTY
from app.models.places import PLACE, STATE
from app.models.projects import (
    BENEFICIARY_GROUP,
    FUNDING,
    PARTICIPATION,
    PROJECT,
    PROJECT_STATE,
    STATE_GROUP,
)
from app.models.results import FINDING, INDICATOR, LEGAL_INSTRUMENT, TOOL
from app.models.topics import TOPIC

NOUNS: tuple[Noun, ...] = (
    STATE,
    PLACE,
    TOPIC,
    ORGANIZATION,
    ORGANIZATION_RELATION,
    UNNAMED_PARTY,
    DOCUMENT,
    PROJECT,
    FUNDING,
    PARTICIPATION,
    STATE_GROUP,
    PROJECT_STATE,
    COLLABORATION,
    COLLABORATION_MEMBER,
    INDICATOR,
    TOOL,
    LEGAL_INSTRUMENT,
    FINDING,
    BENEFICIARY_GROUP,
    CITATION,
)
BY_KIND = {noun.kind: noun for noun in NOUNS}
BY_PREFIX = {noun.prefix: noun for noun in NOUNS}
BY_PATH = {noun.path: noun for noun in NOUNS}


def ref_of(kind: str, public_id: str) -> str:
    """The prefixed id of a record: `org:ned`."""
    return f"{BY_KIND[kind].prefix}:{public_id}"
