//! The pack as it is embedded: read without a complaint, complete in both languages, with fresh views.

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pack() -> model::Pack {
    let read = pack::check(&gsp::texts(), gsp::RULES);
    let said: Vec<String> = read.complaints.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    read.pack.expect("a pack without a complaint")
}

#[test]
fn the_texts_are_read_without_a_complaint_or_warning() {
    let pack = pack();
    assert_eq!(&*pack.name, gsp::NAME);
    assert_eq!(
        pack.rules.len(),
        gsp::RULES
            .iter()
            .map(|(_, rules)| rules.len())
            .sum::<usize>()
    );
}

#[test]
fn what_is_cited_has_english_words() {
    let pack = pack();
    let flows = pack.flows.iter().flat_map(|flow| {
        let steps = flow.steps.iter().flat_map(|step| &step.guards);
        let steps = steps.filter_map(|guard| guard.cites.as_ref());
        let apart = flow.separations.iter().filter_map(|one| one.cites.as_ref());
        steps.chain(apart).chain(&flow.cites)
    });
    let rows = pack.parameters.iter().flat_map(|parameter| &parameter.rows);
    let cited: Vec<_> = flows.chain(rows.map(|row| &row.source)).collect();
    assert!(cited.len() > 100, "{}", cited.len());
    for label in cited {
        assert!(label.en.is_ascii(), "{} → {}", label.zh, label.en);
    }
}

/// Each file of views is compared and, when it is stale, written anew, so that the second run passes; an empty one is filled.
/// One that no rule uses is to go.
#[test]
fn the_views_are_fresh_and_used() {
    let pack = pack();
    for file in std::fs::read_dir(root().join("gen")).expect("the folder gen/") {
        let path = file.expect("a file").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.unwrap_or_default();
        let rules = std::fs::read_to_string(root().join(format!("flows/{name}.rs")));
        let used = rules.is_ok_and(|rules| rules.contains(&format!("views::{name}::")));
        assert!(used, "no rule of {name} uses {}", path.display());
        let wanted = pack::generate_views(&pack, name).expect("a flow of the pack");
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        if found != wanted {
            std::fs::write(&path, &wanted).expect("the folder gen/ can be written");
            panic!(
                "{} was stale and has been written anew; look at it and commit it",
                path.display()
            );
        }
    }
}

#[test]
fn every_text_in_the_folder_is_embedded() {
    let known = [(gsp::NAME, gsp::RULES)];
    let read = pack::read_dir(root(), &known);
    let on_disk = read.pack.expect("the folder is a pack").texts;
    let mut embedded = gsp::texts();
    embedded.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(embedded, on_disk);
}
