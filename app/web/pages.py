"""Pages that belong to no face: what is kept about people, and how accessible this is."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.web import place, render

router = APIRouter()


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What is kept, for how long, and who decides."""
    return render.page(request, "pages/privacy.html")


@router.get("/was")
async def accessibility(request: Request) -> Response:
    """The accessibility statement: the operator's own where one is registered, else ours."""
    registered = place.of(request).settings.accessibility_statement_url
    if registered:
        return RedirectResponse(registered, 302)
    return render.page(request, "pages/accessibility.html")
