"""Draws the icons of the app anew: python -m tests.web.draw_icons. They lie in moderator/web/static and change rarely."""

from __future__ import annotations

from PIL import Image, ImageDraw

from moderator.web.static_files import FOLDER

GREEN, WHITE = "#0f5257", "#ffffff"
FINE = 4
"""Drawn this many times larger and then made smaller, which smooths the edges."""
SHIELD = [(12, 3.2), (19, 5.8), (19, 11), (18.4, 14), (16.6, 17), (14.6, 19.3), (12, 20.8)]
TICK = [(8.5, 11.8), (11, 14.3), (15.6, 9.5)]


def drawn(size: int, room: float, round_corners: bool) -> Image.Image:
    """The shield with a tick, on green. `room` is the share of the width that the drawing fills, 0.0-1.0."""
    side = size * FINE
    image = Image.new("RGBA", (side, side), "#00000000")
    canvas = ImageDraw.Draw(image)
    canvas.rounded_rectangle((0, 0, side - 1, side - 1), side * 0.22 if round_corners else 0, fill=GREEN)

    def placed(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(side / 2 + (x - 12) / 18 * side * room, side / 2 + (y - 12) / 18 * side * room) for x, y in points]

    width = round(side * room / 18 * 1.7)
    outline = placed([*SHIELD, *[(24 - x, y) for x, y in reversed(SHIELD)]])
    for points in (outline + outline[:2], placed(TICK)):
        canvas.line(points, fill=WHITE, width=width, joint="curve")
        for x, y in points:
            canvas.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=WHITE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    icons = {
        "icon-192.png": drawn(192, 0.72, True),
        "icon-512.png": drawn(512, 0.72, True),
        "icon-maskable.png": drawn(512, 0.52, False),
        "apple-touch-icon.png": drawn(180, 0.66, False),
    }
    for name, image in icons.items():
        image.quantize(32).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
