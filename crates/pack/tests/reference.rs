//! The examples of `docs/notation.md` are one pack, and it says what the page says.

use kernel::{Amount, EntryState, Side, Unit, Value};
use model::{Expr, Name, PlaceRef, PostKind, Quorum};

mod common;

use common::{pack, texts};

#[test]
fn the_examples_are_read_and_only_english_words_are_missing() {
    let read = pack::check(&texts(), &[]);
    let others: Vec<String> = read
        .complaints
        .iter()
        .filter(|one| one.kind != pack::Kind::NoEnglish)
        .map(ToString::to_string)
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
    assert!(read.pack.is_some());
}

#[test]
fn slips_and_fields_are_as_declared() {
    let pack = pack();
    let flow = &pack.flows[0];
    let cites = flow.cites.as_ref().map(|label| &*label.zh);
    assert_eq!(cites, Some("药品经营质量管理规范"));
    let (_, order) = flow.slip("order").unwrap();
    assert_eq!((order.lines_min, order.lines_max), (1, 500));
    assert_eq!(order.print.as_deref(), Some("order"));
    assert!(order.header_field("remark").unwrap().1.unprinted);
    assert_eq!(
        &*order.header_field("supplier").unwrap().1.label.en,
        "Supplier"
    );
    assert!(matches!(
        order.header_field("licensed").unwrap().1.is,
        Some(Expr::Name(Name::Fact(ref register, _, 1))) if &**register == "party"
    ));
    assert!(matches!(
        order.line_field("tax").unwrap().1.is,
        Some(Expr::Multiply(_, _, Unit::Money))
    ));
    let (receipt_at, receipt) = flow.slip("receipt").unwrap();
    let (_, supplier) = receipt.header_field("supplier").unwrap();
    assert!(supplier.carry && &*supplier.label.en == "Supplier");
    let draws = receipt.line_field("qty").unwrap().1.draws.unwrap();
    assert_eq!(&*flow.slips[draws.slip].name, "order");
    let (_, payment) = flow.slip("payment").unwrap();
    assert!(payment.join && payment.from == [receipt_at]);
    let (_, report) = flow.slip("report").unwrap();
    assert_eq!(report.from.len(), 2);
    let party = pack.register("party").unwrap();
    let account = party.field("bank_account").unwrap().1;
    assert!(account.sensitive && account.length_max == 60);
    assert!(party.field("licence_until").unwrap().1.help.is_some());
    assert_eq!(pack.parameters[0].rows[0].from.to_string(), "2026-01-01");
}

#[test]
fn steps_are_as_declared() {
    let pack = pack();
    let flow = &pack.flows[0];
    let step = |name: &str| flow.step(name).unwrap().1;
    let approve = step("order.approve");
    assert_eq!(approve.quorum, Quorum::All);
    assert_eq!(approve.within_minutes, Some(2 * 24 * 60));
    assert_eq!(pack.roles[approve.escalate.unwrap()].name.as_ref(), "head");
    assert_eq!(approve.enters.len(), 1);
    let cites = approve.guards[0].cites.as_ref().map(|label| &*label.zh);
    assert_eq!(cites, Some("企业制度"));
    assert!(step("order.fill").step_up && step("order.fill").begins);
    assert_eq!(step("destruction.approve").quorum, Quorum::Of(1));
    assert_eq!(step("report.fill").needs.len(), 2);
    let receipt = step("receipt.fill");
    assert!(receipt.scope.is_some());
    let entry = &receipt.posts[1];
    assert!(matches!(entry.kind, PostKind::Entry(EntryState::Draft)));
    let sides: Vec<Side> = entry.legs.iter().map(|leg| leg.side).collect();
    assert_eq!(sides, [Side::In, Side::In, Side::Out]);
    let stock = &receipt.posts[0].legs[0];
    assert_eq!((stock.key.len(), stock.detail.len()), (2, 1));
    let check = step("receipt.check");
    let half_an_hour = Expr::Literal(Value::Amount(Amount::new(30, Unit::Count)));
    assert!(
        matches!(&check.posts[0].kind, PostKind::Hold { minutes, .. } if *minutes == half_an_hour)
    );
    assert_eq!(check.advances[0].to, EntryState::Checked);
    let inspect = step("receipt.inspect");
    assert!(inspect.hold_ends[0].settle && inspect.when.is_some());
    assert!(inspect.records[0].per_line && inspect.enters_line.len() == 1);
    let payment = &step("payment.fill").posts[0];
    assert!(matches!(payment.legs[0].place, PlaceRef::Chosen(_)));
    assert_eq!(flow.separations.len(), 2);
    assert_eq!(
        flow.separations[0].reason.as_ref().unwrap().en.as_ref(),
        "Who fills in does not approve"
    );
    assert!(flow.separations[1].cites.is_some());
    assert!(pack.ledgers[1].periods);
    assert_eq!(pack.ledgers[0].places[1].colour.as_deref(), Some("yellow"));
}

#[test]
fn a_version_is_the_texts() {
    let (first, mut texts) = (pack(), texts());
    assert_eq!(first.version.len(), 64);
    texts.reverse();
    let again = pack::read_stored(&first.texts, &[]).unwrap();
    assert_eq!(first.version, again.version);
    assert_eq!(pack::read(&texts, &[]).unwrap().version, first.version);
    texts[0].text.push('\n');
    assert_ne!(pack::read(&texts, &[]).unwrap().version, first.version);
}

#[test]
fn what_is_proved_of_a_pack_needs_no_reading() {
    let mut pack = pack();
    assert!(pack::prove(&pack).is_empty());
    let (at, _) = pack.flows[0].step("order.fill").unwrap();
    let (late, _) = pack.flows[0].step("report.fill").unwrap();
    pack.flows[0].steps[at].needs.push(late);
    let said = pack::prove(&pack);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(
        said.iter()
            .all(|one| one.kind == pack::Kind::Unreachable && one.line > 0)
    );
}

#[test]
fn the_generated_views_are_fresh() {
    let views = pack::generate_views(&pack(), "example").unwrap();
    common::committed("tests/views/example.rs", &views);
    assert!(pack::generate_views(&pack(), "nothing").is_none());
}
