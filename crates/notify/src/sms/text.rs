//! Text as UCS-2, cut into the parts of a long message (3GPP TS 23.040 §9.2.3.24.1).

/// Code units of a message that is sent whole: 140 octets.
const WHOLE: usize = 70;
/// Code units of a part: 140 octets less six of header.
const PART: usize = 67;
/// Parts that one message may have here; a mail is the place for more.
const PARTS_MAX: usize = 10;

/// One part: what goes into `short_message`, and whether it begins with a user data header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Octets.
    pub bytes: Vec<u8>,
    /// Whether `esm_class` must say that there is a header.
    pub header: bool,
}

fn octets(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_be_bytes()).collect()
}

/// Cuts a text into parts; no character is cut in two. `reference` ties them together, and is the same when the message is
/// sent again.
pub fn parts(text: &str, reference: u8) -> Vec<Part> {
    let units: Vec<u16> = text.encode_utf16().collect();
    if units.len() <= WHOLE {
        return vec![Part {
            bytes: octets(&units),
            header: false,
        }];
    }
    let mut cut: Vec<&[u16]> = Vec::new();
    let mut rest = &units[..];
    while !rest.is_empty() && cut.len() < PARTS_MAX {
        let mut end = rest.len().min(PART);
        // A surrogate pair is one character.
        if end < rest.len() && (0xd800..0xdc00).contains(&rest[end - 1]) {
            end -= 1;
        }
        cut.push(&rest[..end]);
        rest = &rest[end..];
    }
    let total = u8::try_from(cut.len()).unwrap_or(u8::MAX);
    (1u8..)
        .zip(cut)
        .map(|(n, units)| {
            // Length, concatenation with an 8-bit reference, its length, reference, parts, this part.
            let mut bytes = vec![5, 0, 3, reference, total, n];
            bytes.extend(octets(units));
            Part {
                bytes,
                header: true,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_whole_and_long_ones_cut_between_characters() {
        let whole = parts(&"签".repeat(70), 7);
        assert_eq!(
            (whole.len(), whole[0].bytes.len(), whole[0].header),
            (1, 140, false)
        );
        let text = format!("{}😀{}", "签".repeat(66), "字".repeat(100));
        let cut = parts(&text, 7);
        assert_eq!(cut.len(), 3);
        assert_eq!(cut[0].bytes[..6], [5, 0, 3, 7, 3, 1]);
        assert_eq!(
            cut[0].bytes.len(),
            6 + 66 * 2,
            "the pair goes to the next part"
        );
        let mut units = Vec::new();
        for part in &cut {
            assert!(part.bytes.len() <= 140);
            units.extend(
                part.bytes[6..]
                    .chunks(2)
                    .map(|two| u16::from_be_bytes([two[0], two[1]])),
            );
        }
        assert_eq!(String::from_utf16(&units).unwrap(), text);
        assert_eq!(parts(&"x".repeat(5_000), 1).len(), PARTS_MAX);
        assert_eq!(parts("", 1).len(), 1);
    }
}
