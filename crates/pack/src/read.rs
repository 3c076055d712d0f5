//! The way in: texts to a pack.

use std::fmt::Write;
use std::sync::Arc;

use model::{Pack, SourceText};
use sha2::{Digest, Sha256};

use crate::locate::Locations;
use crate::reader::{self, Rules};
use crate::source::{Desk, Span};
use crate::tree::Node;
use crate::{Complaint, Complaints, Kind, Level, prove, scan};

/// Sizes beyond which a text is refused unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Levels of braces.
    pub depth: usize,
    /// Nodes of one text.
    pub nodes: usize,
    /// Values and properties of one node.
    pub values: usize,
    /// Texts of a pack.
    pub texts: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            text_bytes: 1024 * 1024,
            depth: 32,
            nodes: 10_000,
            values: 200,
            texts: 1_000,
        }
    }
}

/// What came of reading.
#[derive(Debug)]
pub struct Read {
    /// The pack, unless a complaint is an error.
    pub pack: Option<Pack>,
    /// Everything there is to say, warnings too, in the order of texts and lines.
    pub complaints: Vec<Complaint>,
}

/// Reads the texts of a pack, `*.kdl` and `forms/*.typ`, with the Rust rules of its flows. Warnings are not
/// told; [`check`] tells them.
pub fn read(texts: &[SourceText], rules: Rules<'_>) -> Result<Pack, Complaints> {
    errors_only(check(texts, rules))
}

/// Reads the texts of a pack that was installed earlier, for the slips that began under it. Rules that its guards do not
/// name have come later and are no mistake.
pub fn read_stored(texts: &[SourceText], rules: Rules<'_>) -> Result<Pack, Complaints> {
    let read = whole(
        texts,
        rules,
        Manner {
            lenient: true,
            holes: false,
        },
    );
    errors_only(read)
}

fn errors_only(read: Read) -> Result<Pack, Complaints> {
    let mut complaints = read.complaints;
    complaints.retain(|one| one.level == Level::Error);
    read.pack.ok_or(Complaints(complaints))
}

/// Reads and proves a pack and gives everything there is to say about it.
pub fn check(texts: &[SourceText], rules: Rules<'_>) -> Read {
    whole(texts, rules, Manner::default())
}

pub(crate) fn whole(texts: &[SourceText], rules: Rules<'_>, manner: Manner) -> Read {
    let limits = Limits::default();
    let desk = Desk::new(texts);
    let pack = if texts.len() > limits.texts {
        let message = format!("a pack has at most {} texts", limits.texts);
        desk.error(Kind::TooLarge, Span::file(limits.texts), message);
        None
    } else {
        let (trees, broken) = trees(&desk, texts, &limits);
        // A text that could not be parsed leaves a hole. What only seems to be missing because of it is not said: nothing
        // refers to a flow from outside, so the other texts can be read without it; any other hole hides too much.
        let flows_only = |file: &usize| texts[*file].path.starts_with("flows/");
        if broken.iter().all(flows_only) {
            let manner = Manner {
                holes: manner.holes || !broken.is_empty(),
                ..manner
            };
            let pack = reader::read_pack(&desk, texts, &trees, rules, manner);
            // Proofs are about a whole pack; on a torn one they would only repeat what is wrong.
            let proved = pack.as_ref().filter(|_| !desk.refused() && !manner.holes);
            if let Some(pack) = proved {
                let locations = Locations::of(trees.iter().flatten());
                prove::run(&desk, pack, &locations);
                let labels = |node: &Node| node.name.text == "labels";
                if !desk.refused() && !trees.iter().flatten().any(labels) {
                    no_labels(&desk, locations.find("pack"));
                }
            }
            pack.filter(|_| !desk.refused())
        } else {
            None
        }
    };
    let pack = pack.map(|mut pack| {
        pack.version = version(texts);
        pack
    });
    Read {
        pack,
        complaints: desk.close(),
    }
}

fn no_labels(desk: &Desk<'_>, pack: Span) {
    desk.warning(
        Kind::NoEnglish,
        pack,
        "there are no English labels",
        "add `labels.en.kdl`; until then English readers see the Chinese words".to_owned(),
    );
}

/// How strictly a pack is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Rules that no guard names are no mistake.
    pub lenient: bool,
    /// Some texts could not be read or parsed.
    pub holes: bool,
}

/// The nodes of each text, and the texts that could not be parsed.
pub(crate) fn trees(
    desk: &Desk<'_>,
    texts: &[SourceText],
    limits: &Limits,
) -> (Vec<Vec<Node>>, Vec<usize>) {
    let (mut trees, mut broken) = (Vec::with_capacity(texts.len()), Vec::new());
    for (file, text) in texts.iter().enumerate() {
        let mut nodes = Vec::new();
        if text.path.ends_with(".kdl") {
            match scan::parse(desk, file, &text.text, limits) {
                Some(parsed) => nodes = parsed,
                None => broken.push(file),
            }
        }
        trees.push(nodes);
    }
    (trees, broken)
}

/// Hex SHA-256 over paths and contents, each preceded by its length, so that no two packs give the same bytes.
fn version(texts: &[SourceText]) -> Arc<str> {
    let mut sorted: Vec<&SourceText> = texts.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for text in sorted {
        for part in [&text.path, &text.text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    Arc::from(hex)
}
