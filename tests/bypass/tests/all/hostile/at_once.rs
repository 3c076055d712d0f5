//! Steps in every order, and many of them at the same moment.

use std::sync::Barrier;

use bypass::front::ORG;
use bypass::stage::{
    APPROVE, BATCH, BIN, DELIVERY, EXPIRY, INSPECT, JUDGED, MADE, NOTIFY, RECEIVE, STORE, Stage,
    fresh_key, order,
};
use engine::{Act, Command, Refusal, Reply};

use super::{sound, submit};

/// The six steps of a purchase in every order: only one of the 720 is a purchase, and the others get as far as they may.
pub fn steps_in_every_order(mut stage: Stage) {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..5 {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..5)
                    .filter(|next| !order.contains(next))
                    .map(|next| [order.clone(), vec![next]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    assert_eq!(orders.len(), 120);
    let mut whole = 0;
    for steps in orders {
        let mut slips = vec![stage.order("王内勤")];
        for step in &steps {
            let last = *slips.last().expect("an order");
            let (actor, act) = match step {
                0 => ("白经理", stage.step(APPROVE, last, &[])),
                1 => (
                    "韩收货",
                    stage.from(
                        RECEIVE,
                        &[last],
                        DELIVERY,
                        &[&[BATCH, MADE, EXPIRY, ("qty", "60")]],
                    ),
                ),
                2 => ("钱质管", stage.from(NOTIFY, &[last], &[], &[])),
                3 => ("孙验收", stage.from(INSPECT, &[last], &[], &[JUDGED])),
                _ => ("周保管", stage.from(STORE, &[last], &[], &[BIN])),
            };
            match stage.may_for(actor, None, act) {
                Ok(reply) => slips.push(reply.slip.expect("a slip")),
                Err(refusal) => assert!(
                    refusal.starts_with("order") || refusal.starts_with("taken"),
                    "{steps:?}: {refusal}"
                ),
            }
        }
        whole += usize::from(slips.len() == 6);
    }
    assert_eq!(whole, 1, "only one order of steps is a purchase");
    sound(&stage);
}

pub fn sixty_four_sign_at_once(mut stage: Stage) {
    let slip = stage.order("王内勤");
    let act = stage.step(APPROVE, slip, &[]);
    let barrier = Barrier::new(64);
    let (store, now) = (&stage.store, stage.now);
    let answers: Vec<Result<Reply, Refusal>> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..64)
            .map(|nth| {
                let (act, barrier) = (act.clone(), &barrier);
                scope.spawn(move || {
                    let actor = if nth % 2 == 0 {
                        "白经理"
                    } else {
                        "吴多岗"
                    };
                    let command = Command {
                        org: ORG,
                        key: fresh_key(),
                        at: now,
                        actor: actor.into(),
                        on_behalf_of: None,
                        act,
                    };
                    barrier.wait();
                    store.submit_blocking(command).expect("an answer").outcome
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(
        answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .all(|refusal| refusal.code == "order")
    );
    let rows = stage.store.signatures(ORG, slip).expect("read");
    assert_eq!(
        rows.iter()
            .filter(|row| &*row.signature.step == APPROVE)
            .count(),
        1
    );
    sound(&stage);
}

/// Sends all of them at the same moment, each from a thread of its own.
fn at_once(stage: &Stage, acts: Vec<(&str, Act)>) -> Vec<Result<Reply, Refusal>> {
    let barrier = Barrier::new(acts.len());
    let (store, now) = (&stage.store, stage.now);
    std::thread::scope(|scope| {
        let clerks: Vec<_> = acts
            .into_iter()
            .map(|(actor, act)| {
                let barrier = &barrier;
                let command = Command {
                    org: ORG,
                    key: fresh_key(),
                    at: now,
                    actor: actor.into(),
                    on_behalf_of: None,
                    act,
                };
                scope.spawn(move || {
                    barrier.wait();
                    store.submit_blocking(command).expect("an answer").outcome
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    })
}

/// Two must sign; one person with two accounts and two roles races himself. One signature counts.
pub fn one_person_with_two_accounts_signs_at_once(mut stage: Stage) {
    let note = stage.note("经办", "10");
    let act = stage.step("trial.payment.note.check", note, &[]);
    let acts = (0..32)
        .map(|nth| (["吴多岗", "吴副号"][nth % 2], act.clone()))
        .collect();
    let answers = at_once(&stage, acts);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(
            matches!(&*refusal.code, "separate" | "stale"),
            "{refusal:?}"
        );
    }
    let post = stage.step("trial.payment.note.post", note, &[]);
    let refusal = submit(&stage, "记账员", post).expect_err("one of two has signed");
    assert_eq!(refusal.code, "order");
    sound(&stage);
}

/// An order of a hundred, and many receipts of sixty at once: one is right, the others find too little left.
pub fn two_draw_the_same_goods_at_once(mut stage: Stage) {
    let order = stage.approved();
    let line: &[(&str, &str)] = &[BATCH, MADE, EXPIRY, ("qty", "60")];
    let act = stage.from(RECEIVE, &[order], DELIVERY, &[line]);
    let acts = (0..16)
        .map(|nth| (["韩收货", "赵收货"][nth % 2], act.clone()))
        .collect();
    let answers = at_once(&stage, acts);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refusal.code, "draws", "{refusal:?}");
    }
    sound(&stage);
}

pub fn the_same_request_at_once(stage: Stage) {
    let command = Command {
        org: ORG,
        key: fresh_key(),
        at: stage.now,
        actor: "王内勤".into(),
        on_behalf_of: None,
        act: order("3"),
    };
    let barrier = Barrier::new(32);
    let store = &stage.store;
    let numbers: Vec<_> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..32)
            .map(|_| {
                let (command, barrier) = (command.clone(), &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    store
                        .submit_blocking(command)
                        .expect("an answer")
                        .outcome
                        .expect("done")
                        .number
                })
            })
            .collect();
        clerks
            .into_iter()
            .map(|clerk| clerk.join().expect("an answer"))
            .collect()
    });
    assert!(
        numbers.iter().all(|number| *number == numbers[0]),
        "{numbers:?}"
    );
    let slips = stage.raw.cell("select count(*) from slip");
    assert_eq!(slips, "1");
    sound(&stage);
}
