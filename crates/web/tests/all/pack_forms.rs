//! The forms of the pack print what its own stories made, in both languages. With `FORMS=FOLDER` the papers are kept there,
//! to be looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::OrgId;
use model::Catalog;
use print::{Bilingual, Language, Printer};
use store::{ListQuery, Options, Store, StoreUrl};
use testkit::OnStore;
use testkit::scenario::{Effort, Stage, run_on};
use web::slip_form::{Paper, printable};

#[test]
fn every_form_prints_a_slip_of_the_stories() {
    let pack = pack::read(&gsp::texts(), gsp::RULES).expect("the pack");
    let kinds: BTreeSet<Arc<str>> = pack
        .flows
        .iter()
        .flat_map(|flow| flow.slips.iter().map(|slip| slip.qualified.clone()))
        .collect();
    let stage = Stage::new(&Catalog::new([Arc::new(pack)]));
    let folder = tempfile::tempdir().expect("a folder");
    let printer = Printer::new();
    let mut printed = BTreeSet::new();
    let mut wrong = Vec::new();
    for (nth, story) in gsp::scenarios().iter().enumerate() {
        let url = StoreUrl::Sqlite(folder.path().join(format!("{nth}.db")));
        let packs = stage.packs(&story.text);
        let mut house = OnStore::open(&url, packs).expect("a store");
        let report = run_on(
            &mut house,
            packs,
            &story.text,
            &story.path,
            Effort::FirstFailure,
        );
        assert!(report.passed(), "{report}");
        drop(house);
        let store = Store::open(&url, Options::new(packs.clone())).expect("a store");
        for kind in kinds.difference(&printed.clone()) {
            let query = ListQuery {
                kind: Some(kind.to_string()),
                descending: true,
                limit: 1,
                ..ListQuery::default()
            };
            let org = OrgId(1);
            let Some(head) = store.list(org, &query).expect("read").rows.pop() else {
                continue;
            };
            let slip = store.slip(org, head.id).expect("read").expect("a slip");
            for language in [Language::Zh, Language::En] {
                let paper = Paper {
                    language,
                    company: Bilingual::new("示例医药有限公司", "Example Pharmaceuticals Ltd"),
                    ..Paper::default()
                };
                let made = printable(&store, org, &slip, &paper)
                    .expect("read")
                    .expect("a form");
                match printer.render(&made.form(), &made.data) {
                    Ok(pdf) => keep(kind, language, &pdf),
                    Err(error) => wrong.push(format!("{kind}: {error}")),
                }
            }
            printed.insert(kind.clone());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(printed, kinds);
}

fn keep(kind: &str, language: Language, pdf: &[u8]) {
    let Some(folder) = std::env::var_os("FORMS") else {
        return;
    };
    let name = format!("{kind}.{language:?}.pdf");
    std::fs::write(std::path::Path::new(&folder).join(name), pdf).expect("write the paper");
}
