#!/usr/bin/env python3
"""Makes the two embedded faces from Noto Serif SC. See README.md beside this file.

usage: subset.py REGULAR.ttf BOLD.ttf OUTPUT_FOLDER   (needs fonttools and brotli from PyPI)
"""
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Slip Serif SC"


def gb2312():
    """Every character of GB 2312-1980: levels 1 and 2 and the symbols."""
    cells = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(c) for pair in cells for c in pair.decode("gb2312", "ignore")}


def tabular(font):
    """Gives all ten digits the width of the zero, the figure centred in it."""
    cmap, metrics, glyphs = font.getBestCmap(), font["hmtx"].metrics, font["glyf"]
    width = metrics[cmap[ord("0")]][0]
    for digit in "0123456789":
        name = cmap[ord(digit)]
        advance, bearing = metrics[name]
        shift = (width - advance) // 2
        glyph = glyphs[name]
        assert not glyph.isComposite()
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(glyphs)
        metrics[name] = (width, bearing + shift)


def rename(font, style):
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = FAMILY
        elif record.nameID == 4:
            record.string = f"{FAMILY} {style}"
        elif record.nameID == 6:
            record.string = f"{FAMILY.replace(' ', '')}-{style}"
        elif record.nameID == 3:
            record.string = f"{FAMILY} {style}, derived from Noto Serif SC"


def make(source, style, wanted, folder):
    font = TTFont(source)
    options = Options()
    options.layout_features = ["kern", "ccmp", "locl"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted or set(font.getBestCmap()))
    subsetter.subset(font)
    tabular(font)
    rename(font, style)
    font.flavor = "woff2"
    packed = Path(folder) / f"SlipSerifSC-{style}.woff2"
    font.save(packed)
    print(f"{style}: {len(font.getBestCmap())} characters, {packed.stat().st_size} bytes packed")


if __name__ == "__main__":
    regular, bold, folder = sys.argv[1:]
    latin = set(range(0x20, 0x250)) | set(range(0x2000, 0x2070)) | set(range(0x20A0, 0x20C0))
    symbols = set(range(0x2100, 0x2400)) | set(range(0x2460, 0x2500)) | set(range(0x3000, 0x3040))
    make(regular, "Regular", None, folder)
    make(bold, "Bold", gb2312() | latin | symbols | set(range(0xFF00, 0xFFF0)), folder)
