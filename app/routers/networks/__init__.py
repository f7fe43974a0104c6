"""Networks, as node-link data with the ids behind every edge: one module a network."""

from fastapi import APIRouter

from app.routers.networks import coalitions, funder_partner_state

router = APIRouter(prefix="/v1/networks", tags=["networks"])
for _network in (funder_partner_state, coalitions):
    router.include_router(_network.router)
