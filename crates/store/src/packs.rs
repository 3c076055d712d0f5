//! The packs that the store works with: the current ones, and earlier versions read again when a slip needs them.

use std::sync::{Arc, PoisonError, RwLock};

use model::{Catalog, SourceText};
use serde::Deserialize;

use crate::api::{Options, ReadPack, StoreError};
use crate::cell::Cell;
use crate::sql::Sql;

#[derive(Debug)]
pub(crate) struct Packs {
    catalog: RwLock<Arc<Catalog>>,
    read: Option<ReadPack>,
}

/// A text as the database keeps it.
#[derive(Deserialize)]
struct KeptText {
    path: String,
    text: String,
}

impl Packs {
    pub fn new(options: &Options) -> Packs {
        Packs {
            catalog: RwLock::new(Arc::new(options.catalog.clone())),
            read: options.read_pack,
        }
    }

    /// The catalog as it is now.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The catalog with `version` in it, read from the database when it is not there yet.
    pub fn with_version(
        &self,
        sql: &dyn Sql,
        org: i64,
        version: &str,
    ) -> Result<Arc<Catalog>, StoreError> {
        let catalog = self.catalog();
        if catalog.version(version).is_some() {
            return Ok(catalog);
        }
        let kept = sql.first(
            "select name, texts from pack_text where org = ?1 and version = ?2",
            &[Cell::Int(org), Cell::text(version)],
        )?;
        let Some(row) = kept else {
            return Err(StoreError::Corrupt(format!(
                "the texts of pack version {version} are not in the database"
            )));
        };
        let pack = self.read_again(row.str(0)?, row.str(1)?)?;
        if &*pack.version != version {
            return Err(StoreError::Corrupt(format!(
                "the kept texts of pack {} give version {}, not {version}",
                pack.name, pack.version
            )));
        }
        let mut place = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
        let mut catalog = (**place).clone();
        catalog.keep(Arc::new(pack));
        *place = Arc::new(catalog);
        Ok(place.clone())
    }

    fn read_again(&self, name: &str, texts: &str) -> Result<model::Pack, StoreError> {
        let Some(read) = self.read else {
            return Err(StoreError::Invalid(format!(
                "an earlier version of pack {name} is needed, and this program cannot read packs"
            )));
        };
        let texts = texts_from(texts)?;
        read(name, &texts).map_err(|why| {
            StoreError::Corrupt(format!(
                "an earlier version of pack {name} cannot be read: {why}"
            ))
        })
    }
}

/// Texts as one canonical text.
pub(crate) fn texts_to(texts: &[SourceText]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

/// What [`texts_to`] wrote.
pub(crate) fn texts_from(texts: &str) -> Result<Vec<SourceText>, StoreError> {
    let kept: Vec<KeptText> = serde_json::from_str(texts).map_err(|error| {
        StoreError::Corrupt(format!("pack_text.texts is not readable: {error}"))
    })?;
    Ok(kept
        .into_iter()
        .map(|kept| SourceText {
            path: kept.path,
            text: kept.text,
        })
        .collect())
}
