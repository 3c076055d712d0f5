//! What there is to be altered: some weeks of work in every state.

use engine::{Act, SYSTEM};
use kernel::SlipId;
use sha2::{Digest, Sha256};
use store::{Draft, Session};

use crate::front::ORG;
use crate::stage::{Stage, begin};

/// Ids and rows that alterations aim at.
#[derive(Debug, Clone)]
pub struct Scene {
    /// A stock-in that ended its flow.
    pub stock_in: SlipId,
    /// An order that waits for its approval.
    pub open: SlipId,
    /// A void order.
    pub void: SlipId,
    /// A receipt that was reversed.
    pub reversed: SlipId,
    /// A payment note that waits, with a timer.
    pub note: SlipId,
    /// The last row of the journal, and its hash.
    pub head: (i64, String),
    /// The row of the journal by which the stock-in was signed.
    pub signed: i64,
}

/// Sets the scene.
///
/// # Panics
/// When something of it is refused.
pub fn set(stage: &mut Stage) -> Scene {
    let stock_in = stage.stock_in("周保管");
    let signed = stage.store.head(ORG).expect("read").0;
    let void = stage.order("王内勤");
    stage.must(
        "王内勤",
        Act::Void {
            slip: void,
            reason: "重复".into(),
        },
    );
    let reversed = stage.receipt("赵收货");
    stage.must(
        "赵收货",
        Act::AskReversal {
            slip: reversed,
            reason: "批号有误".into(),
        },
    );
    let seen = stage.seen(reversed);
    stage.must(
        "韩收货",
        Act::Reverse {
            slip: reversed,
            seen,
        },
    );
    let note = stage.note("经办", "10");
    let today = stage.today();
    stage.must(
        "白经理",
        Act::Deputise {
            to: "李经理".into(),
            from: today,
            until: today,
        },
    );
    stage.must(
        "管理员甲",
        Act::ClosePeriod {
            ledger: "trial.cash".into(),
            period: kernel::Period(202_001),
        },
    );
    attach(stage, stock_in);
    stage.must(
        "周保管",
        Act::Comment {
            slip: stock_in,
            text: "货已上架".into(),
        },
    );
    for login in ["管理员甲", "白经理"] {
        let stored = format!(
            "$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZw${}",
            engine::hex(&Sha256::digest(login))
        );
        let digest = engine::hex(&Sha256::digest(stored.as_bytes()));
        stage.must_credential(
            SYSTEM,
            Act::Credential {
                login: login.into(),
                digest,
            },
            stored,
        );
    }
    in_hand(stage);
    stage
        .may_for(
            "门卫",
            None,
            begin("gsp.purchase_inbound.order.fill", &[], &[]),
        )
        .expect_err("refused");
    let open = stage.order("高内勤");
    Scene {
        stock_in,
        open,
        void,
        reversed,
        note,
        head: stage.store.head(ORG).expect("read"),
        signed,
    }
}

fn attach(stage: &mut Stage, slip: SlipId) {
    let content = stage
        .store
        .put_content(ORG, b"delivery note DN1")
        .expect("kept");
    let act = Act::Attach {
        slip,
        name: "随货同行单.txt".into(),
        hash: content.hash,
        size: content.size,
        media: "text/plain".into(),
    };
    stage.must("周保管", act);
}

/// Rows of the tables of what people have in hand.
fn in_hand(stage: &Stage) {
    let draft = Draft {
        id: "d1".into(),
        step: "gsp.purchase_inbound.order.fill".into(),
        slip: None,
        sources: Vec::new(),
        body: "{}".into(),
        updated: stage.now,
    };
    stage.store.put_draft(ORG, "王内勤", &draft).expect("kept");
    let session = Session {
        token_hash: "a".repeat(64),
        login: "王内勤".into(),
        created: stage.now,
        seen: stage.now,
        expires: stage.now.plus_minutes(720),
        confirmed: stage.now,
        agent: "login:test".into(),
        address: "127.0.0.1".to_owned(),
    };
    stage.store.put_session(ORG, &session).expect("kept");
    let until = stage.now;
    stage
        .store
        .failed_attempt(ORG, "王内勤", stage.now, |_| until)
        .expect("kept");
}
