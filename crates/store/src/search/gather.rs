//! What a stretch of the journal changed that can be searched, as texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::{Catalog, Field, FieldKind, Register};

use super::home::{Of, Text, placed};
use super::terms;
use crate::api::StoreError;
use crate::cell::{Cell, Row};
use crate::codec::parse;
use crate::packs::Packs;
use crate::sql::{Filter, Sql};
use crate::verify::mentions::{Mention, Mentions};

type Result<T> = std::result::Result<T, StoreError>;

/// Names of records kept in memory between two stretches.
const NAMES_MAX: usize = 20_000;
/// Longest text kept of one slip; its terms are all there.
const TEXT_MAX: usize = 16_384;
/// The last line of a text of which parts were left out.
pub(crate) const CUT: &str = "\n…";

/// The names of records, as slips that name them are found by.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<(Arc<str>, Arc<str>), Arc<str>>);

/// What was read of the journal.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// Rows read.
    pub rows: i64,
    /// The last of them, and its hash.
    pub last: Option<(i64, Cell)>,
    /// Texts to put in, each with its terms.
    pub texts: Vec<(Text, BTreeSet<String>)>,
}

/// Reads at most so many rows of the journal behind `seq`.
pub(crate) fn gather(
    sql: &dyn Sql,
    packs: &Packs,
    names: &mut Names,
    org: i64,
    seq: i64,
    limit: i64,
) -> Result<Gathered> {
    let rows = sql.query(
        "select seq, hash, wrote from journal where org = ?1 and seq > ?2 order by seq limit ?3",
        &[org.into(), seq.into(), limit.into()],
    )?;
    let mut out = Gathered {
        rows: rows.len() as i64,
        last: None,
        texts: Vec::new(),
    };
    let mut slips: BTreeSet<i64> = BTreeSet::new();
    let (mut records, mut notes) = (false, false);
    for row in &rows {
        for mention in Mentions(&row.blob(2)?).flatten() {
            match mention {
                Mention::Body(id, _) => drop(slips.insert(id)),
                Mention::Record(_) => records = true,
                Mention::Note(_) => notes = true,
                _ => {}
            }
        }
        out.last = Some((row.int(0)?, Cell::Blob(row.blob(1)?)));
    }
    let Some((last, _)) = &out.last else {
        return Ok(out);
    };
    let range = [Cell::Int(org), Cell::Int(seq), Cell::Int(*last)];
    let mut of = Gatherer {
        sql,
        packs,
        names,
        org,
    };
    if records {
        of.names.0.clear();
        of.records(&range, &mut out.texts)?;
    }
    if notes {
        of.attachments(&range, &mut out.texts)?;
    }
    let ids: Vec<i64> = slips.into_iter().collect();
    for chunk in ids.chunks(256) {
        of.slips(chunk, &mut out.texts)?;
    }
    Ok(out)
}

struct Gatherer<'a> {
    sql: &'a dyn Sql,
    packs: &'a Packs,
    names: &'a mut Names,
    org: i64,
}

type Texts = Vec<(Text, BTreeSet<String>)>;

#[derive(serde::Deserialize)]
struct KeptLine {
    values: BTreeMap<String, String>,
}

/// Collects the parts of a text, each once.
#[derive(Default)]
struct Parts {
    text: String,
    terms: BTreeSet<String>,
    seen: BTreeSet<String>,
    cut: bool,
}

impl Parts {
    fn add(&mut self, part: &str) {
        let part = part.trim();
        if part.is_empty() || !self.seen.insert(part.to_owned()) {
            return;
        }
        terms::of_text(part, &mut self.terms);
        if self.text.len() + part.len() < TEXT_MAX {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(part);
        } else {
            self.cut = true;
        }
    }

    /// The text, which says when it is not the whole of it.
    fn text(&mut self) -> String {
        let mut text = std::mem::take(&mut self.text);
        if self.cut {
            text.push_str(CUT);
        }
        text
    }
}

impl Gatherer<'_> {
    fn slips(&mut self, ids: &[i64], out: &mut Texts) -> Result<()> {
        let mut filter = Filter::new("s.org = ?", self.org);
        filter.within("s.id", ids.iter().copied().map(Cell::Int));
        let text = format!(
            "select s.id, s.kind, s.version, s.number, b.header, b.lines from slip s \
             join slip_body b on b.org = s.org and b.id = s.id where {}",
            filter.text
        );
        for row in self.sql.query(&text, &filter.params)? {
            out.push(self.slip(&row)?);
        }
        Ok(())
    }

    fn slip(&mut self, row: &Row) -> Result<(Text, BTreeSet<String>)> {
        let (id, kind, version) = (row.int(0)?, row.str(1)?, row.str(2)?);
        let number = row.str(3)?;
        let mut parts = Parts::default();
        parts.add(number);
        terms::of_number(number, &mut parts.terms);
        let catalog = self.packs.with_version(self.sql, self.org, version)?;
        if let Some((pack, _, _, _, declared)) = catalog.slip_of(version, kind) {
            let header: BTreeMap<String, String> = parse(row.str(4)?, "slip_body.header")?;
            self.values(&catalog, &pack.name, &declared.header, &header, &mut parts)?;
            let lines: Vec<KeptLine> = parse(row.str(5)?, "slip_body.lines")?;
            let fields = declared.lines.as_deref().unwrap_or_default();
            for line in &lines {
                self.values(&catalog, &pack.name, fields, &line.values, &mut parts)?;
            }
        }
        let text = Text {
            of: Of::Slip,
            id,
            slip: id,
            register: "".into(),
            key: "".into(),
            text: parts.text(),
        };
        Ok((text, parts.terms))
    }

    /// Texts, codes and what they stand for. What is sensitive is not indexed: nobody learns it by asking for it.
    fn values(
        &mut self,
        catalog: &Catalog,
        pack: &str,
        fields: &[Field],
        values: &BTreeMap<String, String>,
        parts: &mut Parts,
    ) -> Result<()> {
        for field in fields.iter().filter(|field| !field.sensitive) {
            let Some(value) = values.get(&*field.name) else {
                continue;
            };
            match &field.kind {
                FieldKind::Text | FieldKind::Person => parts.add(value),
                FieldKind::Choice(choices) => {
                    parts.add(value);
                    if let Some(choice) = choices.iter().find(|choice| *choice.code == **value) {
                        parts.add(&choice.label.zh);
                        parts.add(&choice.label.en);
                    }
                }
                FieldKind::Register(register) => {
                    parts.add(value);
                    let name = self.name_of(catalog, pack, register, value)?;
                    parts.add(&name);
                }
                FieldKind::Amount(_) | FieldKind::Day | FieldKind::Moment | FieldKind::Flag => {}
            }
        }
        Ok(())
    }

    /// What a record is called by its latest version.
    fn name_of(
        &mut self,
        catalog: &Catalog,
        pack: &str,
        register: &str,
        key: &str,
    ) -> Result<Arc<str>> {
        let qualified: Arc<str> = format!("{pack}.{register}").into();
        let at = (qualified, Arc::from(key));
        if let Some(name) = self.names.0.get(&at) {
            return Ok(name.clone());
        }
        let declared = catalog.pack(pack).and_then(|pack| pack.register(register));
        let row = self.sql.first(
            "select body from record where org = ?1 and register = ?2 and key = ?3 order by version desc limit 1",
            &[self.org.into(), (&at.0).into(), key.into()],
        )?;
        let name: Arc<str> = match (declared, row) {
            (Some(declared), Some(row)) => {
                let fields: BTreeMap<String, String> = parse(row.str(0)?, "record.body")?;
                name_in(declared, &fields).unwrap_or("").into()
            }
            _ => "".into(),
        };
        if self.names.0.len() >= NAMES_MAX {
            self.names.0.clear();
        }
        self.names.0.insert(at, name.clone());
        Ok(name)
    }

    fn records(&mut self, range: &[Cell], out: &mut Texts) -> Result<()> {
        let rows = self.sql.query(
            "select register, key, body, seq, n from record where org = ?1 and seq > ?2 and seq <= ?3 order by seq, n",
            range,
        )?;
        let catalog = self.packs.catalog();
        for row in &rows {
            let (register, key) = (row.text(0)?, row.text(1)?);
            // People, credentials and periods are no registers of a pack.
            let declared = register
                .split_once('.')
                .and_then(|(pack, name)| catalog.pack(pack).and_then(|pack| pack.register(name)));
            let Some(declared) = declared else { continue };
            let fields: BTreeMap<String, String> = parse(row.str(2)?, "record.body")?;
            let mut parts = Parts::default();
            parts.add(name_in(declared, &fields).unwrap_or(""));
            parts.add(&key);
            let pack = register.split_once('.').map_or("", |(pack, _)| pack);
            self.values(&catalog, pack, &declared.fields, &fields, &mut parts)?;
            let text = Text {
                of: Of::Record,
                id: placed(row.int(3)?, row.int(4)?),
                slip: 0,
                register,
                key,
                text: parts.text(),
            };
            out.push((text, parts.terms));
        }
        Ok(())
    }

    fn attachments(&mut self, range: &[Cell], out: &mut Texts) -> Result<()> {
        let rows = self.sql.query(
            "select seq, n, slip, text, hash from note where org = ?1 and seq > ?2 and seq <= ?3 and kind = 'attachment' \
             order by seq, n",
            range,
        )?;
        for row in &rows {
            let mut parts = Parts::default();
            parts.add(row.str(3)?);
            let text = Text {
                of: Of::Attachment,
                id: placed(row.int(0)?, row.int(1)?),
                slip: row.int(2)?,
                register: "".into(),
                key: row.text(4)?,
                text: parts.text(),
            };
            out.push((text, parts.terms));
        }
        Ok(())
    }
}

/// What people call a record: its field `name`, or the first text field that ends in `_name`.
fn name_in<'a>(register: &Register, fields: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let texts = || {
        register
            .fields
            .iter()
            .filter(|field| field.kind == FieldKind::Text && !field.sensitive)
    };
    texts()
        .filter(|field| &*field.name == "name")
        .chain(texts().filter(|field| field.name.ends_with("_name")))
        .find_map(|field| fields.get(&*field.name))
        .map(String::as_str)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::home::{File, enough, has, put};
    use super::*;

    #[test]
    fn a_text_too_long_to_be_kept_says_so_and_still_has_its_terms() {
        let mut parts = Parts::default();
        for part in ["CG1", "江北", &"甲".repeat(TEXT_MAX), "丙丁"] {
            parts.add(part);
        }
        let text = Text {
            of: Of::Slip,
            id: 7,
            slip: 7,
            register: "".into(),
            key: "".into(),
            text: parts.text(),
        };
        assert_eq!(text.text, format!("CG1\n江北\n丙丁{CUT}"));
        let mut whole = Parts::default();
        whole.add("CG1");
        assert_eq!(whole.text(), "CG1");

        let file = File::memory().expect("made");
        file.write(|sql| put(sql, 1, &text, &parts.terms))
            .expect("written");
        let asked = |text| terms::asked(text).expect("letters");
        let found = |text| file.read(|sql| has(sql, 1, Of::Slip, &asked(text), 7));
        assert!(found("甲甲 丙丁").expect("read"));
        assert!(!found("甲乙 丙丁").expect("read"));
        let few = |text| file.read(|sql| enough(sql, 1, Of::Slip, &asked(text)));
        let one = few("甲甲 丙丁").expect("read").expect("several terms");
        assert_eq!(one.terms.len(), 1);
        assert_eq!(few("甲甲").expect("read"), None);
    }
}
