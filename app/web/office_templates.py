"""Templates in the office: each run sheet to read before it is used; own ones kept, copied, taken out, brought in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app import errors
from app.activities import template_file
from app.domain import dialogues, templates
from app.settings import BODY_MAX
from app.web import deps, office_view, place, render
from app.web.downloads import disposition

FILE_MAX = BODY_MAX  # bytes

router = APIRouter(prefix="/templates", dependencies=[deps.AtOffice])
copying = APIRouter(prefix="/dialogues/{dialogue_id}/template", dependencies=[deps.AtOffice])

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]


class NameForm(BaseModel):
    name: str = Field("", max_length=BODY_MAX)
    people: str = Field("", max_length=200)


@router.get("")
async def gallery(request: Request) -> Response:
    """Every template with what it is good for."""
    return await _gallery(request)


async def _gallery(request: Request, status: int = 200, wrong: str = "") -> Response:
    view = await place.of(request).read(office_view.gallery)
    return render.page(request, "office/templates.html", status, view=view, wrong=wrong)


@router.post("")
async def bring_in(request: Request, file: UploadFile) -> Response:
    """Keep the template in a file; what is wrong with it is said, and nothing is kept."""
    content = await file.read(FILE_MAX + 1)
    try:
        if len(content) > FILE_MAX:
            raise errors.TooLarge
        key = await place.of(request).change(templates.keep, template_file.read(content))
    except errors.Fact as fact:
        return await _gallery(request, fact.status, fact.said())
    return RedirectResponse(f"/office/templates/{key}", 303)


@router.get("/{key}")
async def show(request: Request, key: Key) -> Response:
    """The whole run sheet of a template."""
    view = await place.of(request).read(office_view.run_sheet, key)
    return render.page(request, "office/template.html", view=view)


@router.get("/{key}/file")
async def take_out(request: Request, key: Key) -> Response:
    """The template as a file."""
    found = await place.of(request).read(templates.template, key)
    headers = {"content-disposition": disposition(found.name, "json")}
    return Response(template_file.write(found), media_type="application/json", headers=headers)


@router.post("/{key}/drop")
async def drop(request: Request, key: Key) -> Response:
    """Throw an own template away."""
    await place.of(request).change(templates.drop, key)
    return RedirectResponse("/office/templates", 303)


@copying.post("")
async def copy(request: Request, dialogue_id: deps.Id, form: Annotated[NameForm, Form()]) -> Response:
    """Keep the run sheet of a dialogue as a template."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    key = await here.change(templates.copy, dialogue_id, form.name, form.people)
    return RedirectResponse(f"/office/templates/{key}", 303)
