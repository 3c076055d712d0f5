//! Kept lists, through an open store. All of these block the thread.

use kernel::{Moment, OrgId};

use crate::api::{SavedView, StoreError};
use crate::cell::Row;
use crate::reads::work::{checked, get, put};
use crate::schema;
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

fn view_from(row: &Row) -> Result<SavedView> {
    Ok(SavedView {
        id: row.str(1)?.to_owned(),
        owner: row.text(2)?,
        role: row.text(3)?,
        place: row.str(4)?.to_owned(),
        name: row.str(5)?.to_owned(),
        body: row.str(6)?.to_owned(),
        updated: Moment(row.int(7)?),
    })
}

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// Keeps a list; it replaces the one of the same id.
    pub fn put_view(&self, org: OrgId, view: &SavedView) -> Result<()> {
        let cells = vec![
            org.0.into(),
            view.id.as_str().into(),
            (&view.owner).into(),
            (&view.role).into(),
            view.place.as_str().into(),
            view.name.as_str().into(),
            view.body.as_str().into(),
            view.updated.0.into(),
        ];
        self.inner
            .access
            .work(|sql| put(sql, &schema::SAVED_VIEW, cells))
    }

    /// A kept list.
    pub fn view(&self, org: OrgId, id: &str) -> Result<Option<SavedView>> {
        self.inner.access.read(|sql| {
            let row = get(sql, &schema::SAVED_VIEW, &[org.0.into(), id.into()])?;
            row.map(|row| view_from(&row)).transpose()
        })
    }

    /// All kept lists of a place, by name. One that was altered is left out, not in the way of the others.
    pub fn views(&self, org: OrgId, place: &str) -> Result<Vec<SavedView>> {
        let text = format!(
            "select {} from saved_view where org = ?1 and place = ?2 order by name, id",
            schema::SAVED_VIEW.column_list()
        );
        let rows = self
            .inner
            .access
            .read(|sql| sql.query(&text, &[org.0.into(), place.into()]))?;
        rows.into_iter()
            .filter_map(|row| checked(&schema::SAVED_VIEW, row).ok())
            .map(|row| view_from(&row))
            .collect()
    }

    /// Removes a kept list.
    pub fn drop_view(&self, org: OrgId, id: &str) -> Result<()> {
        self.inner.access.work(|sql| {
            sql.execute(&schema::SAVED_VIEW.delete(), &[org.0.into(), id.into()])
                .map(drop)
        })
    }
}
