"""/api/v1 for the firm's own systems: visits in, scores and stories out. Typed, so that OpenAPI comes by itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict

from bot.channels.signatures import same_secret
from bot.service import Service
from bot.web.bodies import BodyTooLargeError, BodyTooSlowError, read_body
from storage.base import StoreError
from surveys.visits import LONGEST_KEY, Visit, VisitProblem, customer_key, parse_visit

AT_ONCE = 200
"""Visits of one request that are stored in one transaction."""

ScoreSource = Callable[[str, str | None, str | None], Awaitable[dict[str, Any]]]
"""Returns the JSON of a score by period, survey and dimension; raises ValueError with a sentence for people."""

LinkSource = Callable[[str], Awaitable[tuple[str, datetime] | None]]
"""Returns a new link of a customer and until when it works; None while Telegram does not tell the bot's name."""

StorySource = Callable[[str], Awaitable[dict[str, Any] | None]]
"""Returns the JSON of a visit's story, None for a visit nobody knows."""


BEARER = HTTPBearer(auto_error=False, description="The secret API_TOKEN of section [web].")


class VisitIn(BaseModel):
    """One service contact, with the columns of the visits file; further ones are kept and can be reported by."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    visit_id: str
    customer_id: str
    occurred_at: str
    name: str | None = None
    phone: str | None = None
    language: str | None = None
    timezone: str | None = None
    touchpoint: str | None = None
    branch: str | None = None
    employee: str | None = None
    product: str | None = None
    amount: str | float | None = None
    resolved: str | bool | None = None


VISITS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/VisitIn"},
                        {"type": "array", "items": {"$ref": "#/components/schemas/VisitIn"}},
                    ]
                }
            }
        },
    }
}
"""What the description says of a body that the route reads by itself, within limits of size and time."""


class Problem(BaseModel):
    """What was wrong, in a sentence."""

    detail: str


REFUSALS = {
    401: "Without the right token there is nothing.",
    404: "No such visit.",
    408: "The body did not arrive in time.",
    413: "The body is too large; send fewer visits at once.",
    422: "The request cannot be understood.",
    503: "Not stored; send it again.",
}


class LinkWanted(BaseModel):
    """Whose link is wanted."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    customer_id: str


class Link(BaseModel):
    """A link that opens the bot, works once, and belongs to the first account that follows it."""

    url: str
    expires_at: datetime


class Rejected(BaseModel):
    """A visit that was not taken, by its place in the list."""

    index: int
    visit_id: str | None
    problem: str


class VisitsTaken(BaseModel):
    """What became of the visits of one request."""

    new: int = 0
    known: int = 0
    updated: int = 0
    rejected: list[Rejected] = []


def build_api(
    service: Service,
    *,
    token: str,
    max_body: int,
    score: ScoreSource,
    story: StorySource,
    link: LinkSource,
) -> FastAPI:
    """Return the API; with no `token` every request is refused."""
    api = FastAPI(
        title="askwhy",
        description="Visits in; scores and the stories of visits out.",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        swagger_ui_oauth2_redirect_url=None,
        redoc_url=None,
    )

    def allowed(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> None:
        if credentials is None or not token or not same_secret(credentials.credentials, token):
            raise HTTPException(
                401,
                "Send the header Authorization: Bearer API_TOKEN.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    @api.exception_handler(StoreError)
    async def _not_stored(request: Request, error: StoreError) -> JSONResponse:
        return JSONResponse({"detail": f"Not stored, try again: {error}"}, status_code=503)

    v1 = APIRouter(prefix="/api/v1", dependencies=[Depends(allowed)], responses=_told(401, 503))

    @v1.post("/visits", status_code=202, responses=_told(408, 413, 422), openapi_extra=VISITS_BODY)
    async def take_visits(request: Request) -> VisitsTaken:
        """Take visits in: one object or a list. The same visit again is known; nothing is asked twice."""
        parsed, rejected = _parsed(service, await _rows(request, max_body))
        taken = VisitsTaken()
        for start in range(0, len(parsed), AT_ONCE):
            chunk = parsed[start : start + AT_ONCE]
            outcomes = await service.on_each_visit([visit for _, visit in chunk])
            for (index, visit), outcome in zip(chunk, outcomes, strict=True):
                if outcome is None:
                    problem = "could not be handled; the log of askwhy tells more"
                    rejected.append(Rejected(index=index, visit_id=visit.visit_id, problem=problem))
                else:
                    setattr(taken, outcome, getattr(taken, outcome) + 1)
        taken.rejected = sorted(rejected, key=lambda one: one.index)
        return taken

    @v1.get("/visits/{visit_id:path}", responses=_told(404))
    async def explain_visit(visit_id: str) -> dict[str, Any]:
        """Tell the story of one visit: planned, asked, answered, or why not."""
        found = await story(visit_id)
        if found is None:
            raise HTTPException(404, f"No visit {visit_id!r} is known.")
        return found

    @v1.post("/links", status_code=201, responses=_told(422))
    async def make_link(wanted: LinkWanted) -> Link:
        """Make a one-time Telegram link for a customer, who need not be known yet."""
        customer_id = customer_key(wanted.customer_id)
        if customer_id is None:
            raise HTTPException(422, f"customer_id: an id has 1 to {LONGEST_KEY} visible characters.")
        made = await link(customer_id)
        if made is None:
            raise HTTPException(503, "Telegram does not tell the bot's name. Set [links] telegram_bot.")
        return Link(url=made[0], expires_at=made[1])

    @v1.get("/score", responses=_told(422))
    async def get_score(
        request: Request,
        period: Annotated[str, Query(examples=["30d", "last-month"])] = "30d",
        survey: str | None = None,
        by: str | None = None,
    ) -> dict[str, Any]:
        """Return the score of a period with its interval, bands and groups."""
        if others := sorted(
            set(request.query_params) - {"period", "survey", "by"}
        ):  # a filter left out is a wrong number
            raise HTTPException(422, f"There is no parameter {others[0]!r}; there are period, survey and by.")
        try:
            return await score(period, survey or None, by or None)
        except ValueError as error:
            raise HTTPException(422, str(error)) from None

    @v1.api_route("", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    @v1.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def unknown(request: Request) -> None:
        """Refuse what is not there; whoever has no token is not told so much."""
        raise HTTPException(404, f"There is no {request.method} {request.url.path}; see /api/docs.")

    api.include_router(v1)
    _add_schema(api)
    return api


def _told(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Return what the description says of refusals."""
    return {code: {"model": Problem, "description": REFUSALS[code]} for code in codes}


async def _rows(request: Request, max_body: int) -> list[Any]:
    try:
        body = await read_body(request, max_body)
    except BodyTooLargeError:
        raise HTTPException(
            413, f"The body is larger than {max_body} bytes; send fewer visits at once."
        ) from None
    except BodyTooSlowError:
        raise HTTPException(408, "The body did not arrive in time.") from None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(
            422, "The body is no JSON; send one visit as an object, or a list of visits."
        ) from None
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise HTTPException(422, "A visit is a JSON object with visit_id, customer_id and occurred_at.")
    return rows


def _parsed(service: Service, rows: list[Any]) -> tuple[list[tuple[int, Visit]], list[Rejected]]:
    """Return the visits with their places in the list, and those that are none."""
    firm, now = service.firm, service.clock.now()
    visits, rejected = [], []
    for index, row in enumerate(rows):
        try:
            visit = parse_visit(row, zone=firm.zone, country=firm.country, languages=firm.languages, now=now)
            visits.append((index, visit))
        except VisitProblem as problem:
            named = row.get("visit_id")
            visit_id = named if isinstance(named, str) else None
            rejected.append(Rejected(index=index, visit_id=visit_id, problem=str(problem)))
    return visits, rejected


def _add_schema(api: FastAPI) -> None:
    """Name VisitIn in OpenAPI: its route reads the body itself, so that size and time are limited before parsing."""
    original = api.openapi

    def with_visit() -> dict[str, Any]:
        schema = original()
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        components.setdefault("VisitIn", VisitIn.model_json_schema())
        return schema

    api.openapi = with_visit  # type: ignore[method-assign]
