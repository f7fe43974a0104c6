"""Search forms: every text that a record can be found by, folded for comparison."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.models.tables import owner, part_key, string


class SearchForm(SQLModel, table=True):
    """One folded form of one record. Rows follow the record that they belong to."""

    __tablename__ = "search_form"
    __table_args__ = (Index("ix_search_form_form", "form"),)

    pk: int = part_key()
    record_pk: int = owner("record")
    position: int
    field: str = string()
    text: str = string()
    form: str = string()
