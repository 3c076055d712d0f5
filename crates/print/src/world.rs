//! What a form can reach while it is set: the kit, itself and its data. No disk, no clock, no network.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, PackageError},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::fonts::Fonts;

/// The form kit; `kit.typ` is what forms import, the others are its parts.
const KIT: [(&str, &str); 9] = [
    ("/kit.typ", include_str!("../kit/kit.typ")),
    ("/calibration.typ", include_str!("../kit/calibration.typ")),
    ("/overlay.typ", include_str!("../kit/overlay.typ")),
    ("/papers.typ", include_str!("../kit/papers.typ")),
    ("/figures.typ", include_str!("../kit/figures.typ")),
    ("/pages.typ", include_str!("../kit/pages.typ")),
    ("/card.typ", include_str!("../kit/card.typ")),
    ("/parts.typ", include_str!("../kit/parts.typ")),
    ("/words.typ", include_str!("../kit/words.typ")),
];

/// What no job changes: parsed once, shared by all.
pub struct House {
    pub fonts: &'static Fonts,
    library: LazyHash<Library>,
    kit: Vec<Source>,
}

impl House {
    pub fn new() -> Self {
        Self {
            fonts: Fonts::load(),
            library: LazyHash::new(Library::default()),
            kit: KIT
                .map(|(path, text)| Source::new(id(path), text.to_owned()))
                .into(),
        }
    }
}

/// One form with one slip. Every job uses the same file ids: Typst keeps each id it ever saw.
pub struct Job<'a> {
    house: &'a House,
    pub form: Source,
    data: Bytes,
    seal: Option<Bytes>,
    code: Option<Bytes>,
}

impl<'a> Job<'a> {
    /// `seal` is a PNG and `code` an SVG, where the slip has them.
    pub fn new(
        house: &'a House,
        form: &str,
        data: &serde_json::Value,
        seal: Option<Vec<u8>>,
        code: Option<String>,
    ) -> Self {
        Self {
            house,
            form: Source::new(form_id(), form.to_owned()),
            data: Bytes::from_string(data.to_string()),
            seal: seal.map(Bytes::new),
            code: code.map(Bytes::from_string),
        }
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.house.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.house.fonts.book
    }

    fn main(&self) -> FileId {
        form_id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == form_id() {
            return Ok(self.form.clone());
        }
        self.house
            .kit
            .iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| refused(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let own = match id {
            id if id == data_id() => Some(&self.data),
            id if id == seal_id() => self.seal.as_ref(),
            id if id == code_id() => self.code.as_ref(),
            _ => None,
        };
        own.cloned().ok_or_else(|| refused(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.house.fonts.faces.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn refused(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Package(_) => FileError::Package(PackageError::Other(Some(
            "a form can use no packages, only `/kit.typ`".into(),
        ))),
        VirtualRoot::Project => FileError::NotFound(id.vpath().get_with_slash().into()),
    }
}

fn form_id() -> FileId {
    static ID: LazyLock<FileId> = LazyLock::new(|| id("/form.typ"));
    *ID
}

fn data_id() -> FileId {
    static ID: LazyLock<FileId> = LazyLock::new(|| id("/data.json"));
    *ID
}

fn seal_id() -> FileId {
    static ID: LazyLock<FileId> = LazyLock::new(|| id("/seal.png"));
    *ID
}

fn code_id() -> FileId {
    static ID: LazyLock<FileId> = LazyLock::new(|| id("/code.svg"));
    *ID
}

fn id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths of the kit are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}
