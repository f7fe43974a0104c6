"""Collaborations: who works together, for what, and whether it exists yet."""

from enum import StrEnum

from pydantic import Field, model_validator
from sqlalchemy import UniqueConstraint

from app.models.noun import Noun, Part
from app.models.projects import ActorFields
from app.models.tables import (
    FactRow,
    PartRow,
    exactly_one,
    flag,
    maybe,
    maybe_string,
    one_of,
    owner,
    reference,
    string,
    unique_where,
)
from app.models.types import SLUG_PATTERN, Basis, Flag, Line, Prose, PublicId, Schema


class CollaborationKind(StrEnum):
    """What sort of working together it is."""

    coalition = "coalition"
    network = "network"
    peer_network = "peer_network"
    association = "association"
    committee = "committee"
    partnership = "partnership"
    media_partnership = "media_partnership"
    co_design = "co_design"
    co_creation = "co_creation"
    mentoring = "mentoring"
    technical_assistance = "technical_assistance"
    method_transfer = "method_transfer"
    exchange = "exchange"
    coordination = "coordination"
    engagement = "engagement"
    community_engagement = "community_engagement"
    convening = "convening"
    dialogue = "dialogue"
    interview = "interview"


class CollaborationStatus(StrEnum):
    """Whether it exists."""

    planned = "planned"
    forming = "forming"
    active = "active"
    ended = "ended"
    unknown = "unknown"


class CollaborationState(PartRow, table=True):
    """A state, or another place, that a collaboration acts in."""

    __tablename__ = "collaboration_state"
    __table_args__ = (
        one_of("basis", Basis),
        exactly_one("state_pk", "place_pk"),
        UniqueConstraint("collaboration_pk", "state_pk"),
        UniqueConstraint("collaboration_pk", "place_pk"),
    )

    collaboration_pk: int = owner("collaboration")
    state_pk: int | None = maybe("state")
    place_pk: int | None = maybe("place")
    basis: str = string()


class Collaboration(FactRow, table=True):
    """Bodies that work together towards something."""

    __tablename__ = "collaboration"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("kind", CollaborationKind),
        one_of("collaboration_status", CollaborationStatus),
    )

    name: str | None = maybe_string(index=True)
    kind: str = string(index=True)
    collaboration_status: str = string(index=True)
    status_note: str | None = maybe_string()
    goal: str | None = maybe_string()
    project_pk: int | None = maybe("project")
    plural: bool = flag()


class CollaborationStateFields(Schema):
    """A state, or another place, that a collaboration acts in."""

    state: PublicId | None = Field(default=None, description="The state.")
    place: PublicId | None = Field(default=None, description="Instead of `state`: another place; `MX` is nationwide.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")

    @model_validator(mode="after")
    def _one_place(self) -> "CollaborationStateFields":
        if (self.state is None) == (self.place is None):
            raise ValueError("give either state or place")
        return self


class CollaborationFields(Schema):
    """Fields of a collaboration."""

    name: Line | None = Field(default=None, description="Name, where it has one.")
    kind: CollaborationKind = Field(description="What sort of working together it is.")
    collaboration_status: CollaborationStatus = Field(description="Whether it exists: planned is not active.")
    status_note: Prose | None = Field(default=None, description="The status in more words.")
    goal: Prose | None = Field(default=None, description="What it is for, in our words.")
    project: PublicId | None = Field(default=None, description="The project that it belongs to.")
    plural: Flag = Field(default=False, description="The row stands for several separate bodies of one sort.")
    states: list[CollaborationStateFields] = Field(default_factory=list, max_length=40, description="Where it acts.")
    basis: Basis = Field(description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


COLLABORATION = Noun(
    kind="collaboration",
    path="collaborations",
    prefix="collaboration",
    table=Collaboration,
    fields=CollaborationFields,
    summary="Bodies that work together: a coalition, a network, a committee, a co-design … declared by a source.",
    id_pattern=SLUG_PATTERN,
    id_from="name",
    label="name",
    parts=(Part("states", CollaborationState),),
    filters=("kind", "collaboration_status", "project", "plural", "basis", "states.state"),
    sorts=("name", "kind", "collaboration_status"),
    searched=("name", "goal"),
    example={
        "id": "c30",
        "name": "Mobile Community Service pilot",
        "kind": "co_design",
        "collaboration_status": "active",
        "goal": "access to justice for indigenous women",
        "project": "cj-mobile-community-service",
        "states": [{"state": "MX-SLP"}],
        "basis": "stated",
    },
)


class MemberRole(StrEnum):
    """What a member does in a collaboration."""

    lead = "lead"
    member = "member"
    convener = "convener"
    supporter = "supporter"


class CollaborationMember(FactRow, table=True):
    """An organization or unnamed party in a collaboration."""

    __tablename__ = "collaboration_member"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("role", MemberRole),
        exactly_one("organization_pk", "party_pk"),
        unique_where(
            "uq_collaboration_member_organization", "collaboration_pk", "organization_pk", filled="organization_pk"
        ),
        unique_where("uq_collaboration_member_party", "collaboration_pk", "party_pk", filled="party_pk"),
    )

    collaboration_pk: int = reference("collaboration")
    organization_pk: int | None = maybe("organization")
    party_pk: int | None = maybe("unnamed_party")
    role: str = string(index=True)


class CollaborationMemberFields(ActorFields):
    """Fields of a member."""

    collaboration: PublicId = Field(description="The collaboration.")
    role: MemberRole = Field(description="lead, member, convener, or supporter (helps it without being in it).")
    basis: Basis = Field(description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


COLLABORATION_MEMBER = Noun(
    kind="collaboration_member",
    path="collaboration-members",
    prefix="collaboration_member",
    table=CollaborationMember,
    fields=CollaborationMemberFields,
    summary="An organization or unnamed party in a collaboration, with its role.",
    id_pattern=SLUG_PATTERN,
    filters=("collaboration", "organization", "party", "role", "basis"),
    sorts=("role",),
    example={"collaboration": "c30", "organization": "labmex", "role": "lead", "basis": "stated"},
)
