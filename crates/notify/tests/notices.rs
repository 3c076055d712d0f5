//! Who is told of what, and in which way.

mod common;

use common::{Depot, ORG, now};
use engine::{Act, Seen};
use notify::preference::{Event, Preference, Way};
use store::DeliveryState;

fn follow(depot: &Depot) {
    let post = depot.post("a");
    let follower = notify::follow::Follower {
        store: post.store.clone(),
        org: ORG,
        head: post.head.clone(),
    };
    while follower.round(now()).expect("followed").more {}
}

fn told(depot: &Depot, login: &str) -> Vec<(String, String)> {
    let all = depot.store.notices(ORG, login, None, 50).expect("read");
    all.into_iter().map(|one| (one.kind, one.text)).collect()
}

#[test]
fn returns_copies_and_reminders_reach_whom_they_concern() {
    let depot = Depot::memory();
    let before = depot.begin_slip();
    follow(&depot);
    assert!(
        told(&depot, "clerk").is_empty(),
        "nobody is told of what was before"
    );
    // The keeper wants mail of everything, at a proved address, in English; the auditor wants the day's mails as one.
    for (login, digest) in [("keeper", None), ("auditor", Some(0))] {
        let mut own = Preference {
            lang: "en".to_owned(),
            digest,
            ..Preference::default()
        };
        own.email.text = format!("{login}@corp.cn");
        own.email.proved = true;
        own.ways
            .entry(Event::Copied)
            .or_default()
            .insert(Way::Email);
        let body = serde_json::to_string(&own).expect("JSON");
        depot
            .store
            .put_preference(ORG, login, &body, now())
            .expect("kept");
    }
    let slip = before.slip.expect("a slip");
    let copy = |to: &str| Act::CopyTo {
        slip,
        to: vec![to.into()],
    };
    depot.act("clerk", copy("keeper"));
    depot.act("clerk", copy("auditor"));
    depot.act("clerk", copy("auditor"));
    depot.act(
        "clerk",
        Act::Remind {
            slip,
            text: "请快".to_owned(),
        },
    );
    let content = before.content.clone().expect("content");
    depot.act(
        "chief",
        Act::Return {
            slip,
            to: None,
            reason: "价格不对".to_owned(),
            seen: Seen { slip, content },
        },
    );
    follow(&depot);
    assert_eq!(
        told(&depot, "clerk"),
        [("returned".to_owned(), "价格不对".to_owned())]
    );
    assert_eq!(
        told(&depot, "keeper"),
        [("copied".to_owned(), String::new())]
    );
    assert_eq!(told(&depot, "auditor").len(), 2);
    let all = depot.deliveries();
    let of = |login: &str| {
        all.iter()
            .filter(|one| one.person == login)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("keeper").len(), 1);
    assert!(
        of("keeper")[0]
            .title
            .starts_with("[Countersign] Copied to me"),
        "{}",
        of("keeper")[0].title
    );
    assert!(
        of("keeper")[0]
            .body
            .contains("https://slips.example/slips/"),
        "{}",
        of("keeper")[0].body
    );
    assert_eq!(
        (of("auditor").len(), &*of("auditor")[0].kind),
        (1, "digest"),
        "two notices, one mail"
    );
    assert!(of("auditor")[0].due > now() && of("auditor")[0].state == DeliveryState::Waiting);
    assert_eq!(
        depot
            .store
            .digested(ORG, &of("auditor")[0].id)
            .expect("read")
            .len(),
        2
    );
    assert!(
        of("clerk").is_empty(),
        "nothing is sent where no address was proved"
    );
    // Once more derives nothing anew.
    follow(&depot);
    assert_eq!(
        (told(&depot, "clerk").len(), depot.deliveries().len()),
        (1, all.len())
    );
}

#[test]
fn who_watches_a_slip_is_told_how_it_goes_on() {
    let depot = Depot::memory();
    let begun = depot.begin_slip();
    let slip = begun.slip.expect("a slip");
    let other = depot.begin_slip().slip.expect("a slip");
    follow(&depot);
    for (login, slip) in [("auditor", slip), ("clerk", slip), ("keeper", other)] {
        depot
            .store
            .watch(ORG, login, slip, true, now())
            .expect("kept");
    }
    depot
        .store
        .watch(ORG, "keeper", other, false, now())
        .expect("kept");
    let seen = Seen {
        slip,
        content: begun.content.clone().expect("content"),
    };
    depot.act(
        "chief",
        Act::Return {
            slip,
            to: None,
            reason: "价格不对".to_owned(),
            seen,
        },
    );
    follow(&depot);
    let watched = ("watched".to_owned(), "价格不对".to_owned());
    assert_eq!(told(&depot, "auditor"), [watched]);
    // Of one row a person is told once, and by what concerns him most.
    assert_eq!(told(&depot, "clerk")[0].0, "returned");
    assert!(told(&depot, "chief").is_empty() && told(&depot, "keeper").is_empty());
}
