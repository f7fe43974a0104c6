"""Networks, as node-link data with the ids behind every edge: one module a network."""

from app.routers.areas import AreaRouter
from app.routers.networks import (
    coalitions,
    compare,
    coverage,
    diff,
    ego,
    flows,
    funder_partner_state,
    measures,
    paths,
    projection,
    suggestions,
    timeline,
    withdrawal,
)

router = AreaRouter(prefix="/v1/networks", tags=["networks"])
for _network in (
    funder_partner_state,
    coalitions,
    withdrawal,
    coverage,
    suggestions,
    compare,
    flows,
    diff,
    timeline,
    paths,
    projection,
    measures,
    ego,
):
    router.include_router(_network.router)
