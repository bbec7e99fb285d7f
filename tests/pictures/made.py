"""Forty pictures as a school takes them, drawn here: badges, pegs, drawers, certificates, stickers, posters and drawn faces.

Nobody on them exists. Each knows which names of the invented roll can be read on it, and how many faces were drawn.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SEED = 20261122
SIZE = (1600, 1200)
FONTS = Path(matplotlib.__path__[0]) / "mpl-data/fonts/ttf"
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Italic.ttf", "DejaVuSansMono.ttf")
PASTEL = ((250, 235, 215), (214, 234, 248), (213, 245, 227), (252, 243, 207), (245, 238, 248), (240, 240, 240))


@dataclass(frozen=True)
class Made:
    """A picture, the words a name must be found in (none: there is no name), and the faces drawn."""

    kind: str
    data: bytes
    names: tuple[str, ...]
    faces: int = 0


class Room:
    """A wall to put things on."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.picture = Image.new("RGB", SIZE, self.chance.choice(PASTEL))
        self.draw = ImageDraw.Draw(self.picture)
        for _ in range(6):
            x, y = self.chance.randrange(SIZE[0]), self.chance.randrange(SIZE[1])
            colour = tuple(self.chance.randrange(170, 235) for _ in range(3))
            self.draw.rectangle((x, y, x + self.chance.randrange(60, 300), y + self.chance.randrange(60, 300)), colour)

    def card(self, words: str, at: tuple[int, int], height: int, angle: float = 0.0, paper: str = "white") -> None:
        """A piece of paper with words in letters of this height, turned by so many degrees."""
        font = ImageFont.truetype(FONTS / self.chance.choice(FACES), height)
        left, top, right, bottom = self.draw.multiline_textbbox((0, 0), words, font=font)
        size = (round(right - left) + height * 2, round(bottom - top) + height)
        card = Image.new("RGBA", size, paper)
        ink = self.chance.choice(((20, 20, 20), (25, 30, 110), (120, 20, 30), (15, 80, 40)))
        ImageDraw.Draw(card).multiline_text((height - left, height / 2 - top), words, ink, font)
        turned = card.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
        self.picture.paste(turned, at, turned)

    def face(self, x: int, y: int, wide: int) -> None:
        """A drawn face, seen from the front, with light and shade."""
        skin = self.chance.choice(((225, 190, 160), (190, 140, 100), (250, 220, 196), (140, 95, 65)))
        tall = round(wide * 1.3)
        sheet = Image.new("RGBA", (round(wide * 1.4), round(tall * 1.3)), (0, 0, 0, 0))
        draw, left, top = ImageDraw.Draw(sheet), wide * 0.2, tall * 0.2
        dark, middle, light = (tuple(min(255, round(each * share)) for each in skin) for share in (0.45, 0.75, 1.1))

        def oval(x1: float, y1: float, x2: float, y2: float, colour: tuple[int, ...]) -> None:
            draw.ellipse((left + wide * x1, top + tall * y1, left + wide * x2, top + tall * y2), (*colour, 255))

        def box(x1: float, y1: float, x2: float, y2: float, colour: tuple[int, ...]) -> None:
            draw.rectangle((left + wide * x1, top + tall * y1, left + wide * x2, top + tall * y2), (*colour, 255))

        oval(-0.1, -0.15, 1.1, 0.75, (50, 35, 25))
        oval(0, 0, 1, 1, skin)
        box(0.1, 0.05, 0.9, 0.3, light)
        for eye in (0.28, 0.72):
            oval(eye - 0.17, 0.31, eye + 0.17, 0.47, middle)
            oval(eye - 0.13, 0.36, eye + 0.13, 0.46, dark)
            box(eye - 0.16, 0.29, eye + 0.16, 0.33, dark)
        box(0.44, 0.28, 0.56, 0.62, light)
        oval(0.1, 0.48, 0.4, 0.68, light)
        oval(0.6, 0.48, 0.9, 0.68, light)
        oval(0.4, 0.6, 0.6, 0.66, middle)
        oval(0.28, 0.73, 0.72, 0.83, dark)
        soft = sheet.filter(ImageFilter.GaussianBlur(wide * 0.03))
        self.picture.paste(soft, (x, y), soft)

    def jpeg(self, quality: int = 85) -> bytes:
        blurred = self.picture.filter(ImageFilter.GaussianBlur(0.8))
        held = io.BytesIO()
        blurred.save(held, "JPEG", quality=quality)
        return held.getvalue()


BADGES = ("Zofia", "KACPER", "Ellie-Rae", "Hello my name is\nWojtek", "Tobias W", "Ottilie")
PEGS = (
    ("Harry", "Daisy", "Summer"),
    ("Zosia", "Will", "Grace"),
    ("Kacper", "Hope", "Tobias"),
    ("Daisy", "Ottilie", "Harry"),
)
CERTIFICATES = (
    ("Star of the week\nis awarded to\nZofia Zych", "Zofia", 4),
    ("CERTIFICATE\nWell done\nHarry Quill\nKingfishers", "Harry", -8),
    ("This is to certify that\nEllie-Rae O'Dwyer\nswam 25 metres", "Ellie-Rae", 14),
    ("Reader of the month\nWilliam Ashby", "William", -20),
    ("Headteacher's award\nOttilie Farrow\nCurlews", "Ottilie", 27),
    ("Best handwriting\nDaisy Quill", "Daisy", -32),
)
STICKERS = ("Zofia's drawer", "Kacper Z", "Tobias Wrenfield", "This tray belongs to Grace Penhallow", "Summer Tregear")
POSTERS = (
    "Welcome to Kingfishers",
    "Sports Day 2026",
    "Please wash your hands",
    "Star of the week",
    "Harbour Lane Primary",
    "Our school garden",
    "Fire exit",
    "Reading corner",
    "We are kind, we are safe",
    "Lunch menu: pasta bake",
    "Book fair this Friday",
    "7 x 8 = 56",
)


def forty() -> Iterator[Made]:
    """Twenty-four with names, sixteen without; the same at each call."""
    for number, words in enumerate(BADGES):
        room = Room(SEED + number)
        room.face(560, 200, 260)
        room.card(words, (540, 640), 30 + 6 * number, angle=(-6, 4, 9, -3, 0, 12)[number])
        yield Made("badge", room.jpeg(), (words.split("\n")[-1].split()[0],), 1)
    for number, pegs in enumerate(PEGS):
        room = Room(SEED + 10 + number)
        for place, name in enumerate(pegs):
            room.card(name, (150 + 480 * place, 400 + 60 * place), 44, angle=(-3, 2, 5)[place], paper="lightyellow")
        yield Made("pegs", room.jpeg(), pegs)
    for number, (words, name, angle) in enumerate(CERTIFICATES):
        room = Room(SEED + 20 + number)
        room.card(words, (250, 200), 54, angle=angle)
        yield Made("certificate", room.jpeg(), (name,))
    for number, words in enumerate(STICKERS):
        room = Room(SEED + 30 + number)
        room.card(words, (300 + 40 * number, 500), 26 + 4 * number, angle=3 * number - 6, paper="gold")
        yield Made(
            "sticker",
            room.jpeg(),
            (next(word.removesuffix("'s") for word in words.split() if word[0].isupper() and word != "This"),),
        )
    for number, count in enumerate((3, 4, 5)):
        room = Room(SEED + 40 + number)
        for place in range(count):
            room.face(80 + 300 * place, 300 + 40 * (place % 2), 190)
        room.card(("Zosia", "Will", "Harry")[number], (200 + 300 * number, 800), 30)
        yield Made("group with a badge", room.jpeg(), (("Zosia", "Will", "Harry")[number],), count)
    for number, words in enumerate(POSTERS):
        room = Room(SEED + 50 + number)
        room.card(words, (200, 300), 40 + 3 * number, angle=(number - 6) * 3)
        yield Made("poster", room.jpeg(), ())
    for number, count in enumerate((1, 3, 4, 6)):
        room = Room(SEED + 70 + number)
        for place in range(count):
            room.face(60 + 255 * place, 350 + 30 * (place % 2), 180)
        yield Made("faces", room.jpeg(), (), count)
