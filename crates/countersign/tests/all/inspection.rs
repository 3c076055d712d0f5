//! `inspection`: an archive is checked with the tools that every system has, and any change to it is found.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::Demo;

/// Unpacks an archive into a fresh folder.
fn unpacked(demo: &Demo, archive: &str, name: &str) -> PathBuf {
    let folder = demo.path(name);
    let file = std::fs::File::open(archive).expect("the archive");
    let mut zip = zip::ZipArchive::new(file).expect("an archive");
    zip.extract(&folder).expect("unpacked");
    folder
}

/// Whether the archive's own script is content, and what it said.
fn checked(folder: &Path) -> (bool, String) {
    let ran = Command::new("sh")
        .arg(folder.join("verify.sh"))
        .output()
        .expect("a shell");
    let said = [ran.stdout, ran.stderr].concat();
    (
        ran.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn an_archive_is_whole_and_every_change_to_it_is_found() {
    let demo = Demo::make();
    let archive = demo.at("inspection.zip");
    let words = [
        "inspection",
        "--from",
        "2000-01-01",
        "--to",
        "2099-12-31",
        "--company",
        "示例医药",
        "--no-prints",
        &archive,
    ];
    let told = demo
        .run(&[&words[..], &["--json"]].concat())
        .ended(0)
        .json();
    assert!(
        told["slips"].as_u64().is_some_and(|slips| slips > 20),
        "{told}"
    );
    demo.run(&words).ended(2);
    let folder = unpacked(&demo, &archive, "whole");
    let (good, said) = checked(&folder);
    assert!(good, "{said}");
    assert!(
        said.contains(told["key"].as_str().expect("a key")),
        "{said}"
    );
    // What an inspector asks for is in it.
    let slips = text(&folder, "slips/gsp.purchase_inbound.order/slips.csv");
    let number = slips
        .lines()
        .nth(1)
        .and_then(|row| row.split(',').next())
        .expect("a slip");
    let page = text(&folder, "slips/gsp.purchase_inbound.order/page-0001.html");
    assert!(page.contains(number) && page.contains("采购订单") && page.contains("Signatures"));
    assert!(text(&folder, "slips/gsp.purchase_inbound.order/lines.csv").contains(number));
    assert!(text(&folder, "signatures.csv").contains(number));
    assert!(text(&folder, "history.csv").contains(number));
    assert_eq!(text(&folder, "not-printed.csv").lines().count(), 1);
    assert!(
        text(&folder, "ledgers/gsp.stock/entries.csv")
            .lines()
            .count()
            > 10
    );
    assert!(text(&folder, "ledgers/gsp.stock/closing.csv").contains("good,"));
    assert!(text(&folder, "registers/gsp.item.csv").contains("国药准字H20990001"));
    assert!(text(&folder, "CONTROLS.md").contains("控制 control"));
    assert!(!text(&folder, "index.html").contains("prints-0001.pdf"));
    prints_of_a_day(
        &demo,
        slips.lines().nth(1).and_then(|row| row.split(',').nth(2)),
    );
    let packs = std::fs::read_dir(folder.join("packs")).expect("packs");
    assert!(packs.count() >= 1);
    // The chain of hashes holds from row to row.
    let chain = text(&folder, "journal/chain.csv");
    let rows: Vec<Vec<&str>> = chain
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .collect();
    assert!(rows.len() > 100 && rows.windows(2).all(|two| two[0][2] == two[1][1]));
    // A sensitive field is nowhere.
    let names = text(&folder, "registers/gsp.party.csv");
    assert!(
        !names.lines().next().expect("headings").contains("银行账号"),
        "{names}"
    );
    // One byte, anywhere.
    let change = |name: &str, how: &dyn Fn(&mut Vec<u8>)| {
        let path = folder.join(name);
        let whole = std::fs::read(&path).expect("a file");
        let mut other = whole.clone();
        how(&mut other);
        std::fs::write(&path, &other).expect("written");
        let (good, said) = checked(&folder);
        std::fs::write(&path, whole).expect("written");
        assert!(!good, "{name}: {said}");
    };
    for name in [
        "slips/gsp.purchase_inbound.order/lines.csv",
        "slips/gsp.purchase_inbound.order/page-0001.html",
        "journal/journal.csv",
        "signatures.csv",
        "README.txt",
        "MANIFEST.sha256",
        "MANIFEST.sha256.sig",
    ] {
        change(name, &|bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        });
    }
    // A file and its digest changed together: the signature says so.
    let lines = folder.join("slips/gsp.purchase_inbound.order/lines.csv");
    let kept = (
        std::fs::read(&lines).expect("lines"),
        text(&folder, "MANIFEST.sha256"),
    );
    std::fs::write(&lines, "x\n").expect("written");
    let digest = |bytes: &[u8]| {
        use sha2::{Digest, Sha256};
        Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let list = kept.1.replace(&digest(&kept.0), &digest(b"x\n"));
    assert_ne!(list, kept.1);
    std::fs::write(folder.join("MANIFEST.sha256"), list).expect("written");
    assert!(!checked(&folder).0);
    std::fs::write(&lines, &kept.0).expect("written");
    std::fs::write(folder.join("MANIFEST.sha256"), &kept.1).expect("written");
    assert!(checked(&folder).0);
    // A file more, a file less.
    std::fs::write(folder.join("slips/more.csv"), "x").expect("written");
    assert!(!checked(&folder).0);
    std::fs::remove_file(folder.join("slips/more.csv")).expect("removed");
    std::fs::remove_file(folder.join("people.csv")).expect("removed");
    assert!(!checked(&folder).0);
}

/// The forms of one day are in one print of each kind, and changing it is found.
fn prints_of_a_day(demo: &Demo, day: Option<&str>) {
    let day = day.expect("a day");
    let archive = demo.at("day.zip");
    demo.run(&["inspection", "--from", day, "--to", day, &archive])
        .ended(0);
    let folder = unpacked(demo, &archive, "day");
    let name = "slips/gsp.purchase_inbound.order/prints-0001.pdf";
    assert!(text(&folder, "index.html").contains(name));
    let mut pdf = std::fs::read(folder.join(name)).expect("prints");
    assert!(pdf.starts_with(b"%PDF") && checked(&folder).0);
    let middle = pdf.len() / 2;
    pdf[middle] ^= 1;
    std::fs::write(folder.join(name), pdf).expect("written");
    assert!(!checked(&folder).0);
}

#[test]
fn an_archive_may_be_of_one_flow_and_a_few_days() {
    let demo = Demo::make();
    let archive = demo.at("one.zip");
    let words = [
        "inspection",
        "--from",
        "2000-01-01",
        "--to",
        "2000-01-31",
        "--flow",
        "gsp.sales_out",
        "--no-prints",
        &archive,
    ];
    demo.run(&words).ended(0);
    let folder = unpacked(&demo, &archive, "one");
    assert!(checked(&folder).0);
    assert!(!folder.join("slips").exists());
    assert_eq!(text(&folder, "journal/journal.csv").lines().count(), 1);
    let wrong = |more: &[&str], code| {
        let other = demo.at("other.zip");
        let words = [
            &["inspection", "--from", "2026-02-01", "--to"][..],
            more,
            &[&*other],
        ]
        .concat();
        demo.run(&words).ended(code);
        assert!(!Path::new(&other).exists());
    };
    wrong(&["2026-01-01"], 2);
    wrong(&["2026-02-30"], 2);
    wrong(&["2026-03-01", "--flow", "gsp.nothing"], 2);
}
