"""Invented cards on five subjects, for tests that need a board."""

TIME = (
    "Ingen tid i vagtplanen til møder",
    "Vagtplanen giver ikke tid til møder",
    "Møder uden for vagtplanen",
    "Tid til møder skal stå i vagtplanen",
    "Vagtplanen er fuld, så møderne aflyses",
    "Læg møderne fast i vagtplanen",
)
KEYS = (
    "Nøglen til hallen",
    "Hvem har nøglen til hallen?",
    "Vi venter på en nøgle til hallen",
    "Hallen er låst, og nøglen er væk",
    "En nøgleboks ved hallen",
    "Hallens nøgle ligger på rådhuset",
)
FOOD = (
    "Fællesspisning i beboerhuset",
    "Beboerhuset holder fællesspisning hver torsdag",
    "Fællesspisningen samler beboerne",
    "Mere fællesspisning, gerne i beboerhuset",
    "Fællesspisning for børn i beboerhuset",
    "Opvask efter fællesspisningen",
)
INSURANCE = (
    "Forsikring af frivillige",
    "Er de frivillige dækket af en forsikring?",
    "Forsikringen dækker ikke frivillige",
    "Frivillige uden forsikring",
    "Hvem betaler forsikringen for de frivillige",
    "Kommunens forsikring og frivillige",
)
ENGLISH = (
    "Parking near the library",
    "No parking at the library",
    "The library needs more parking",
    "Library parking is full in the morning",
)
NOISE = ("test", "hvornår er der frokost? 🍕", "😀", "", "asdf", "Inviter ikke. Bank på.")
SUBJECTS = (TIME, KEYS, FOOD, INSURANCE, ENGLISH)
ALL = tuple(text for subject in SUBJECTS for text in subject) + NOISE
