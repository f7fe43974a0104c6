"""Search forms: every text that a record can be found by, folded for comparison."""

from sqlalchemy import Index

from app.models.tables import PartRow, owner, string


class SearchForm(PartRow, table=True):
    """One folded form of one record. Rows follow the record that they belong to."""

    __tablename__ = "search_form"
    __table_args__ = (Index("ix_search_form_form", "form"),)

    record_pk: int = owner("record")
    field: str = string()
    text: str = string()
    form: str = string()
