//! A pack in a folder.

use std::fs;
use std::path::Path;

use model::SourceText;

use crate::read::{Limits, Manner, whole};
use crate::{Complaint, Kind, Level, Read, Rules};

/// Levels of folders that are looked into.
const FOLDERS_DEEP: usize = 4;

/// Reads the pack in a folder, or in one file: `*.kdl` anywhere in it and `forms/*.typ`; nothing else is looked at, and
/// links are not followed. `known` has the Rust rules that were compiled in, by the name of their pack: those of flows that
/// the folder has are held against it. A file that cannot be read is a complaint.
pub fn read_dir(path: &Path, known: &[(&str, Rules<'_>)]) -> Read {
    let mut found = Found::default();
    if path.is_file() {
        let name = path.file_name().map(|name| name.to_string_lossy());
        found.file(path, &name.unwrap_or_default());
    } else {
        found.folder(path, "", 0);
    }
    found.texts.sort_by(|a, b| a.path.cmp(&b.path));
    let pack = pack_name(&found.texts);
    let rules: Rules<'_> = known
        .iter()
        .find(|(name, _)| Some(*name) == pack.as_deref())
        .map_or(&[], |(_, rules)| *rules);
    let present: Vec<_> = rules
        .iter()
        .filter(|(flow, _)| declares_flow(&found.texts, flow))
        .copied()
        .collect();
    if !found.complaints.is_empty() {
        let holes = Manner {
            lenient: false,
            holes: true,
        };
        let mut read = whole(&found.texts, &present, holes);
        read.pack = None;
        read.complaints.splice(0..0, found.complaints);
        return read;
    }
    whole(&found.texts, &present, Manner::default())
}

#[derive(Default)]
struct Found {
    texts: Vec<SourceText>,
    complaints: Vec<Complaint>,
}

impl Found {
    fn folder(&mut self, folder: &Path, inside: &str, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.complain(Kind::Unreadable, inside, &error.to_string()),
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let path = if inside.is_empty() {
                name.clone()
            } else {
                format!("{inside}/{name}")
            };
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if kind.is_dir() && depth < FOLDERS_DEEP {
                self.folder(&entry.path(), &path, depth + 1);
            } else if kind.is_file() && belongs(&path) {
                self.file(&entry.path(), &path);
            }
        }
    }

    fn file(&mut self, file: &Path, inside: &str) {
        let limits = Limits::default();
        let size = fs::metadata(file).map_or(0, |data| data.len());
        if size > limits.text_bytes as u64 || self.texts.len() > limits.texts {
            let message = format!(
                "the text has {size} bytes; a text has at most {}, a pack {} texts",
                limits.text_bytes, limits.texts
            );
            return self.complain(Kind::TooLarge, inside, &message);
        }
        match fs::read(file).map(String::from_utf8) {
            Ok(Ok(text)) => self.texts.push(SourceText {
                path: inside.to_owned(),
                text,
            }),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                let message = format!("the text is not UTF-8 from byte {} on", at + 1);
                self.complain(Kind::Unreadable, inside, &message);
            }
            Err(error) => self.complain(Kind::Unreadable, inside, &error.to_string()),
        }
    }

    fn complain(&mut self, kind: Kind, file: &str, message: &str) {
        self.complaints.push(Complaint {
            level: Level::Error,
            kind,
            file: if file.is_empty() { "." } else { file }.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            caret: String::new(),
            message: message.to_owned(),
            hint: None,
        });
    }
}

fn belongs(path: &str) -> bool {
    let form = path
        .strip_prefix("forms/")
        .is_some_and(|name| !name.contains('/'));
    path.ends_with(".kdl") || (form && path.ends_with(".typ"))
}

/// The name after `pack` at the beginning of a line. The rules must be known before the texts are read.
fn pack_name(texts: &[SourceText]) -> Option<String> {
    let lines = texts.iter().flat_map(|text| text.text.lines());
    let mut names = lines.filter_map(|line| {
        let rest = line.strip_prefix("pack ")?;
        let name = rest.trim_start().split([' ', '\t', '{', '"']).next()?;
        (!name.is_empty()).then(|| name.to_owned())
    });
    names.next()
}

fn declares_flow(texts: &[SourceText], flow: &str) -> bool {
    let mut lines = texts.iter().flat_map(|text| text.text.lines());
    lines.any(|line| {
        let name = line.strip_prefix("flow ").map(str::trim_start);
        name.and_then(|rest| rest.split([' ', '\t', '{', '"']).next()) == Some(flow)
    })
}
