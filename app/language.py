"""Danish and English: who reads which, and how dates, numbers and sentences look. English is the key of a sentence.

Catalogues are read from their .po files at start, so there is no build step to forget.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("da", "en")
FOLDER = Path(__file__).parent / "locale"
ZONE = ZoneInfo("Europe/Copenhagen")

_current: ContextVar[str] = ContextVar("language", default="da")


@cache
def _catalogue(language: str) -> NullTranslations:
    file = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def N_(sentence: str) -> str:  # noqa: N802 - the customary name, known to every extraction tool
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return sentence


def current() -> str:
    """The language of the person being answered: "da" or "en"."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said inside is said in this language."""
    token = _current.set(language if language in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _current.reset(token)


def choose(language: str) -> None:
    """Say the rest of this request in this language."""
    _current.set(language if language in LANGUAGES else LANGUAGES[0])


def gettext(sentence: str) -> str:
    """The sentence in the current language."""
    return _catalogue(current()).gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence for `count` things in the current language."""
    return _catalogue(current()).ngettext(one, many, count)


def negotiate(header: str, default: str) -> str:
    """The best language for an Accept-Language header; Norwegian and Swedish readers get Danish."""
    wanted: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _, quality = part.replace(" ", "").partition(";q=")
        try:
            if float(quality or 1) > 0:
                wanted.append((-float(quality or 1), tag.replace("-", "_")))
        except ValueError:
            continue
    tags = [tag for _, tag in sorted(wanted, key=lambda pair: pair[0]) if tag]
    neighbours = {"nb": "da", "nn": "da", "no": "da", "sv": "da", "fo": "da", "kl": "da"}
    tags = [neighbours.get(tag.split("_")[0], tag) for tag in tags]
    return negotiate_locale(tags, LANGUAGES) or default


def _locale() -> Locale:
    return Locale.parse("da_DK" if current() == "da" else "en_GB")


def day(value: date | datetime) -> str:
    """ "16. april 2027" / "16 April 2027"."""
    moment = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    return format_date(moment, format="d. MMMM y" if current() == "da" else "d MMMM y", locale=_locale())


def clock(value: datetime | time) -> str:
    """ "14.05" / "14:05", in the time of the venue."""
    moment = value.astimezone(ZONE) if isinstance(value, datetime) else value
    return format_time(moment, format="HH.mm" if current() == "da" else "HH:mm", locale=_locale())


def moment(value: datetime) -> str:
    """Day and time together."""
    pattern = "d. MMMM y 'kl.' HH.mm" if current() == "da" else "d MMMM y 'at' HH:mm"
    return format_datetime(value.astimezone(ZONE), format=pattern, locale=_locale())


def number(value: float, digits: int | None = None) -> str:
    """A number with the decimal sign of the language, and with so many decimals where it is asked for."""
    form = None if digits is None else "0." + "0" * digits
    return format_decimal(value, format=form, locale=_locale())
