"""Makes the fonts of the printed panel from Debian's packages fonts-noto-core,
fonts-dejavu-core and fonts-droid-fallback, with python3-fonttools.

Each keeps the characters that names and sentences need, as plain outlines:
compound glyphs are taken apart, hints and layout tables are dropped. Arabic
keeps its presentation forms, which stand for what a shaper would choose.
"""

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont


def charset(*codecs):
    """The Han characters of old national sets, which hold what people use."""
    for codec, rows in codecs:
        for first in rows:
            for second in range(0x40, 0xFF):
                try:
                    yield ord(bytes([first, second]).decode(codec))
                except (UnicodeDecodeError, TypeError):
                    pass


latin = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x500), *range(0x1E00, 0x2000),
         *range(0x2010, 0x2028), *range(0x2030, 0x205F), *range(0x20A0, 0x20C0), 0x2116, 0x2122, 0x2212]
arabic = [*range(0x600, 0x6FF + 1), *range(0x750, 0x780), *range(0xFB50, 0xFBFF + 1), *range(0xFE70, 0xFEFD)]
# GB 2312 (simplified, both levels), Big5 level 1 (traditional), kana.
han = [*charset(("gb2312", range(0xA1, 0xF8)), ("big5", range(0xA1, 0xC7))),
       *range(0x3000, 0x3100), *range(0xFF00, 0xFFF0)]
mono = [*range(0x30, 0x3A), *range(0x41, 0x5B), 0x20, 0x2D]

fonts = {
    "text": ("noto/NotoSans-Regular.ttf", latin),
    "text-bold": ("noto/NotoSans-Bold.ttf", latin),
    "arabic": ("noto/NotoSansArabic-Regular.ttf", arabic),
    "arabic-bold": ("noto/NotoSansArabic-Bold.ttf", arabic),
    "han": ("droid/DroidSansFallbackFull.ttf", [c for c in han if c >= 0x2E80]),
    "mono-bold": ("dejavu/DejaVuSansMono-Bold.ttf", mono),
}


def plain(font):
    """Takes compound glyphs apart."""
    glyphs, table = font.getGlyphSet(), font["glyf"]
    for name in font.getGlyphOrder():
        if table[name].isComposite():
            whole, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
            glyphs[name].draw(whole)
            whole.replay(pen)
            table[name] = pen.glyph()


def cut(font, characters):
    """Keeps the characters and the tables that a panel needs."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False,
                             name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
                             drop_tables=["GSUB", "GPOS", "GDEF", "kern", "gasp", "DSIG", "vhea", "vmtx", "FFTM"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


for name, (source, characters) in fonts.items():
    font = TTFont("/usr/share/fonts/truetype/" + source, recalcTimestamp=False)
    cut(font, characters)
    plain(font)
    cut(font, characters)  # parts of compound glyphs are not needed any more
    font.save(name + ".ttf")
    print(name, len(font.getGlyphOrder()))
