"""A scene is what one face shows of one step: which partial, which view, and when the clock alone will change it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Count:
    """A number with its word, such as 54 cards. `of` is a total it belongs to."""

    number: int
    word: str


@dataclass(frozen=True, slots=True)
class Scene:
    """`template` is the partial, `view` a frozen read model, `again_in` seconds until the clock changes the picture.

    `basis` is what of the view the partial shows, where that is so little that the picture often stays as it is.
    """

    template: str
    view: object = None
    counts: tuple[Count, ...] = field(default=())
    again_in: float | None = None
    basis: object = None
