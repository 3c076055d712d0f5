//! Mutants of what a step books: postings and their legs, advances, ends of holds.

use kernel::{EntryState, Side, Value};
use model::{Binary, Expr, Flow, Pack, PlaceRef, Post, PostKind, Step};

use super::expressions::{amounts, conditions};
use super::list::List;

/// A change of one posting.
type PostChange = Box<dyn Fn(&mut Post) + Send + Sync>;

pub fn list(pack: &Pack, flow_at: usize, flow: &Flow, all: &mut List) {
    for (at, step) in flow.steps.iter().enumerate() {
        let here = (flow_at, at);
        for nth in 0..step.posts.len() {
            post(pack, here, step, nth, all);
        }
        for (nth, advance) in step.advances.iter().enumerate() {
            let ledger = &pack.ledgers[advance.ledger].name;
            let name = format!("{} advance {ledger} dropped", step.name);
            all.step(here, name, move |step| {
                step.advances.remove(nth);
            });
        }
        for (nth, end) in step.hold_ends.iter().enumerate() {
            let word = if end.settle { "settle" } else { "release" };
            let name = format!("{} {word} {}", step.name, end.name);
            all.step(here, format!("{name} dropped"), move |step| {
                drop(step.hold_ends.remove(nth))
            });
            all.step(here, format!("{name} turned round"), move |step| {
                step.hold_ends[nth].settle = !step.hold_ends[nth].settle;
            });
        }
    }
}

fn post(pack: &Pack, here: (usize, usize), step: &Step, nth: usize, all: &mut List) {
    let post = &step.posts[nth];
    let ledger = &pack.ledgers[post.ledger];
    let name = format!("{} post {}", step.name, described(pack, post));
    let mut change = |how: &str, change: PostChange| {
        all.step(here, format!("{name} {how}"), move |step| {
            change(&mut step.posts[nth])
        });
    };
    change(
        "turned round",
        Box::new(|post| {
            for leg in &mut post.legs {
                leg.side = if leg.side == Side::In {
                    Side::Out
                } else {
                    Side::In
                };
            }
        }),
    );
    for (which, leg) in post.legs.iter().enumerate() {
        let PlaceRef::Fixed(place) = leg.place else {
            continue;
        };
        let count = ledger.places.len();
        // The place after it, and not one that the posting names already: two legs on one place would cancel out.
        let taken = |other: usize| {
            post.legs
                .iter()
                .any(|leg| matches!(leg.place, PlaceRef::Fixed(at) if at == other))
        };
        if let Some(other) = (1..count)
            .map(|by| (place + by) % count)
            .find(|other| !taken(*other))
        {
            let how = format!(
                "{} becomes {}",
                ledger.places[place].name, ledger.places[other].name
            );
            change(
                &how,
                Box::new(move |post| post.legs[which].place = PlaceRef::Fixed(other)),
            );
        }
    }
    // What is moved code by code is one of each; the amount says nothing.
    match &post.each {
        // What is valued at the end of a month has no quantity of its own.
        None if matches!(post.cost, Some(model::Cost::Settled(_))) => {}
        None => amount(post, &mut change),
        Some(each) if each.except.is_some() => change(
            "leaves nothing out",
            Box::new(|post| {
                if let Some(each) = &mut post.each {
                    each.except = None;
                }
            }),
        ),
        Some(_) => {}
    }
    if let Some(value) = post.cost.as_ref().and_then(model::Cost::expr) {
        for (how, changed) in amounts(value) {
            let changed = move |post: &mut Post| {
                post.cost = post.cost.as_ref().map(|cost| cost.with(changed.clone()));
            };
            change(&format!("worth {how}"), Box::new(changed));
        }
    }
    dimensions(post, &mut change);
    match &post.kind {
        PostKind::Entry(EntryState::Posted) => {
            change(
                "as a draft",
                Box::new(|post| post.kind = PostKind::Entry(EntryState::Draft)),
            );
        }
        PostKind::Entry(_) => change(
            "posted at once",
            Box::new(|post| post.kind = PostKind::Entry(EntryState::Posted)),
        ),
        PostKind::Hold { .. } => {
            change(
                "posted instead of held",
                Box::new(|post| post.kind = PostKind::Entry(EntryState::Posted)),
            );
            change(
                "held twice as long",
                Box::new(|post| {
                    if let PostKind::Hold { minutes, .. } = &mut post.kind {
                        let once = Box::new(minutes.clone());
                        *minutes = Expr::Binary(Binary::Add, once.clone(), once);
                    }
                }),
            );
        }
    }
    if let Some(when) = &post.when {
        change("always", Box::new(|post| post.when = None));
        for (how, changed) in conditions(when) {
            change(
                &format!("when: {how}"),
                Box::new(move |post| post.when = Some(changed.clone())),
            );
        }
    }
    all.step(here, format!("{name} dropped"), move |step| {
        drop(step.posts.remove(nth))
    });
}

/// Changes an amount on every leg that has it, so that the posting stays balanced.
fn amount(post: &Post, change: &mut dyn FnMut(&str, PostChange)) {
    let mut seen: Vec<&Expr> = Vec::new();
    for leg in &post.legs {
        if seen.contains(&&leg.amount) {
            continue;
        }
        seen.push(&leg.amount);
        for (how, changed) in amounts(&leg.amount) {
            let original = leg.amount.clone();
            change(
                &format!("amount {how}"),
                Box::new(move |post| {
                    for leg in post.legs.iter_mut().filter(|leg| leg.amount == original) {
                        leg.amount = changed.clone();
                    }
                }),
            );
        }
    }
}

/// Leaves the value of one dimension out of the key, on every leg.
fn dimensions(post: &Post, change: &mut dyn FnMut(&str, PostChange)) {
    let blank = || Expr::Literal(Value::text("?"));
    let most = |of: fn(&model::LegRule) -> usize| post.legs.iter().map(of).max().unwrap_or(0);
    for at in 0..most(|leg| leg.key.len()) {
        change(
            &format!("without dimension {} of its key", at + 1),
            Box::new(move |post| {
                post.legs
                    .iter_mut()
                    .filter_map(|leg| leg.key.get_mut(at))
                    .for_each(|key| *key = blank());
            }),
        );
    }
    let settled = matches!(post.cost, Some(model::Cost::Settled(_)));
    let further = if settled {
        0
    } else {
        most(|leg| leg.detail.len())
    };
    for at in 0..further {
        change(
            &format!("without further dimension {}", at + 1),
            Box::new(move |post| {
                post.legs
                    .iter_mut()
                    .filter_map(|leg| leg.detail.get_mut(at))
                    .for_each(|detail| *detail = blank());
            }),
        );
    }
}

/// `stock from=supplier to=pending`.
fn described(pack: &Pack, post: &Post) -> String {
    let ledger = &pack.ledgers[post.ledger];
    let mut out = ledger.name.to_string();
    for leg in &post.legs {
        let word = if leg.side == Side::Out { "from" } else { "to" };
        let place = match &leg.place {
            PlaceRef::Fixed(at) => &ledger.places[*at].name,
            PlaceRef::Chosen(_) => "chosen",
        };
        out.push_str(&format!(" {word}={place}"));
    }
    out
}
