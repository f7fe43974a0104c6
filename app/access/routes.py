"""What every route needs of its caller: the one table by which requests are let through or refused.

A route that is not here is refused, and a test compares this table with the routes that the application has.
"""

from enum import StrEnum

from app.access.scopes import Scope
from app.models.nouns import NOUNS


class Need(StrEnum):
    """What a route needs of its caller."""

    nothing = "nothing"
    """Open, whatever the settings say."""
    reading = "reading"
    """Open to all where reading is public (`public_reads`), else any key."""
    key = "key"
    """Any key."""
    write = "write"
    """A key with the scope `write`."""
    metrics = "metrics"
    """A key with the scope `metrics`."""
    admin = "admin"
    """A key with the scope `admin`."""

    @property
    def scope(self) -> Scope | None:
        """The scope that the caller's key must have, beside `read`, which every key has."""
        return Scope(self.value) if self in (Need.write, Need.metrics, Need.admin) else None


_NETWORKS = (
    "funder-partner-state",
    "coalitions",
    "withdrawal",
    "coverage",
    "suggestions",
    "compare",
    "flows",
    "diff",
    "timeline",
    "paths",
    "projection",
    "measures",
    "ego/{node}",
)

NEEDS: dict[tuple[str, str], Need] = {
    **{
        ("GET", path): Need.nothing
        for path in (
            "/",
            "/docs",
            "/redoc",
            "/openapi.json",
            "/assets/docs/swagger-start.js",
            "/assets/explorer/{path}",
            "/assets/vendor/{path}",
            "/healthz",
            "/readyz",
        )
    },
    ("GET", "/metrics"): Need.metrics,
    ("GET", "/v1/about"): Need.reading,
    ("GET", "/v1/search"): Need.reading,
    ("GET", "/v1/evidence"): Need.reading,
    ("GET", "/v1/duplicates"): Need.reading,
    ("GET", "/v1/duplicates/distinct"): Need.reading,
    ("POST", "/v1/duplicates/distinct"): Need.write,
    ("DELETE", "/v1/duplicates/distinct/{first}/{second}"): Need.write,
    ("POST", "/v1/organizations/{id}/merge"): Need.write,
    ("GET", "/reconcile"): Need.reading,
    ("POST", "/reconcile"): Need.reading,
    **{("GET", f"/reconcile/{path}"): Need.reading for path in ("suggest/{what}", "properties", "preview/{id}")},
    ("GET", "/v1/visibility"): Need.reading,
    ("GET", "/v1/export"): Need.reading,
    ("GET", "/v1/imports/template"): Need.reading,
    **{("GET", f"/v1/networks/{name}"): Need.reading for name in _NETWORKS},
    ("GET", "/v1/organizations/{id}/profile"): Need.reading,
    ("GET", "/v1/states/{id}/profile"): Need.reading,
    **{("GET", f"/v1/{noun.path}"): Need.reading for noun in NOUNS},
    **{("GET", f"/v1/{noun.path}/{{id}}"): Need.reading for noun in NOUNS},
    **{("GET", f"/v1/{noun.path}/{{id}}/history"): Need.reading for noun in NOUNS},
    ("GET", "/v1/changes"): Need.reading,
    ("GET", "/v1/versions/{version}"): Need.reading,
    ("POST", "/v1/imports"): Need.write,
    ("GET", "/v1/imports"): Need.write,
    ("GET", "/v1/imports/{id}"): Need.write,
    ("GET", "/v1/imports/{id}/problems"): Need.write,
    ("GET", "/v1/imports/{id}/events"): Need.write,
    ("DELETE", "/v1/imports/{id}"): Need.write,
    ("GET", "/v1/import-runs"): Need.write,
    ("GET", "/v1/import-runs/{id}"): Need.write,
    ("POST", "/v1/import-runs/{id}/undo"): Need.admin,
    **{("POST", f"/v1/{noun.path}"): Need.write for noun in NOUNS},
    **{("POST", f"/v1/{noun.path}/{{id}}/restore"): Need.write for noun in NOUNS},
    **{("PATCH", f"/v1/{noun.path}/{{id}}"): Need.write for noun in NOUNS},
    **{("DELETE", f"/v1/{noun.path}/{{id}}"): Need.write for noun in NOUNS},
    ("POST", "/v1/bulk"): Need.write,
    ("GET", "/v1/key"): Need.key,
    ("GET", "/v1/keys"): Need.admin,
    ("POST", "/v1/keys"): Need.admin,
    ("GET", "/v1/keys/{prefix}"): Need.admin,
    ("DELETE", "/v1/keys/{prefix}"): Need.admin,
    ("GET", "/v1/admin-actions"): Need.admin,
    ("GET", "/v1/withheld-terms"): Need.admin,
    ("POST", "/v1/withheld-terms"): Need.admin,
    ("DELETE", "/v1/withheld-terms/{id}"): Need.admin,
}
"""(Method, path) -> what the route needs. HEAD is as GET; OPTIONS is open to all."""
