//! The embedded faces. They are kept packed in the binary and unpacked once, at the first [`Fonts::load`].

use std::sync::LazyLock;

use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
    utils::LazyHash,
};

/// Both faces; see `fonts/README.md` for where they come from and what they cover.
const PACKED: [&[u8]; 2] = [
    include_bytes!("../fonts/SlipSerifSC-Regular.woff2"),
    include_bytes!("../fonts/SlipSerifSC-Bold.woff2"),
];

/// Faces that are shared by every printer of the process: unpacked they take about 18 MB.
pub struct Fonts {
    pub book: LazyHash<FontBook>,
    pub faces: Vec<Font>,
}

impl Fonts {
    pub fn load() -> &'static Self {
        static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
            let faces: Vec<Font> = PACKED.into_iter().flat_map(unpack).collect();
            Fonts {
                book: LazyHash::new(FontBook::from_fonts(&faces)),
                faces,
            }
        });
        &FONTS
    }

    /// Whether a face has a figure for this character, so that it would not print as an empty box.
    pub fn covers(&self, character: char) -> bool {
        self.faces
            .iter()
            .any(|face| face.info().coverage.contains(character.into()))
    }
}

fn unpack(packed: &[u8]) -> Vec<Font> {
    let data =
        wuff::decompress_woff2(packed).expect("the embedded fonts are whole: a test unpacks them");
    Font::iter(Bytes::new(data)).collect()
}

#[cfg(test)]
mod tests {
    use typst::{layout::Abs, text::FontVariations};

    use super::*;

    #[test]
    fn both_faces_unpack_and_cover_what_the_readme_says() {
        let fonts = Fonts::load();
        assert_eq!(fonts.faces.len(), 2);
        for face in &fonts.faces {
            assert_eq!(face.info().family, "Slip Serif SC");
        }
        for character in "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整￥¥㎡℃①䶮𬭎堃喆㛃龑éü".chars()
        {
            assert!(fonts.covers(character), "{character}");
        }
        assert!(!fonts.covers('🙂'));
        assert!(!fonts.covers('א'));
    }

    #[test]
    fn figures_are_tabular_in_both_faces() {
        for face in &Fonts::load().faces {
            let variant = face.info().variant;
            let instance =
                face.clone()
                    .instantiate(variant, Abs::zero(), &FontVariations::default());
            let ttf = instance.ttf();
            let widths: Vec<_> = ('0'..='9')
                .map(|digit| ttf.glyph_hor_advance(ttf.glyph_index(digit).expect("a digit")))
                .collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
        }
    }
}
