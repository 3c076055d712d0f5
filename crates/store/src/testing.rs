//! What the tests inside this crate share: the sample pack, and a store that a clerk has worked in.

use std::path::Path;
use std::sync::Arc;

use engine::{Act, Command, SYSTEM};
use kernel::{Moment, OrgId, SlipId};
use model::{Catalog, Pack, SourceText};
use testkit::hostile::Clerk;

use crate::api::{
    BackupRun, Challenge, Delivery, DeliveryState, Draft, Factor, Notice, Options, SavedView,
    Session, StoreUrl, Tried,
};
use crate::cell::sha256_hex;
use crate::copy;
use crate::schema::{Role, TABLES};
use crate::store::Store;

pub(crate) const ORG: OrgId = OrgId(1);

fn read_pack(_: &str, texts: &[SourceText]) -> Result<Pack, String> {
    pack::read(texts, &[]).map_err(|complaints| complaints.to_string())
}

pub(crate) fn options() -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/tests/depot");
    let text = |path: &str| SourceText {
        path: path.to_owned(),
        text: std::fs::read_to_string(root.join(path)).expect("the sample pack is there"),
    };
    let texts = [
        "depot.kdl",
        "labels.en.kdl",
        "flows/intake.kdl",
        "flows/lending.kdl",
    ]
    .map(text);
    let pack = read_pack("depot", &texts).expect("the sample pack is sound");
    Options::new(Catalog::new([Arc::new(pack)])).with_reader(read_pack)
}

pub(crate) fn open(url: &StoreUrl) -> Store {
    Store::open(url, options()).expect("the store opens")
}

/// Lets a clerk of this seed work until every table that he writes to has rows, and for at least so many commands of all
/// sorts. The time when he ends.
pub(crate) fn work(store: &Store, seed: u64, commands: usize) -> Moment {
    let mut clerk = Clerk::new(&options().catalog, seed);
    let mut setup = clerk.set_up().into_iter();
    let least = commands + setup.len();
    for nth in 1..2_000 {
        let command = setup.next().unwrap_or_else(|| clerk.choose());
        let expected = clerk.learn(&command).expect("the oracle answers");
        let answer = store
            .submit_blocking(command.clone())
            .expect("the store answers");
        assert_eq!(answer.outcome, expected);
        if nth >= least && every_table_has_rows(store) {
            return command.at;
        }
    }
    panic!("the clerk left a table empty");
}

fn every_table_has_rows(store: &Store) -> bool {
    let by_hand = ["credential", "content"];
    let tables = TABLES
        .iter()
        .filter(|table| table.role == Role::Business && !by_hand.contains(&table.name));
    let counts = store
        .inner
        .access
        .read(|sql| tables.map(|table| copy::count(sql, table)).collect());
    counts.is_ok_and(|counts: Vec<i64>| counts.iter().all(|count| *count > 0))
}

/// A row of every table that a clerk's work leaves empty.
pub(crate) fn work_rows(store: &Store, at: Moment) {
    let people = store.people(ORG).expect("people");
    let login = people[0].login.clone();
    let stored = "$argon2id$stored".to_owned();
    let digest = sha256_hex(stored.as_bytes());
    let act = Act::Credential {
        login: login.clone(),
        digest,
    };
    let command = command("credential", at, SYSTEM, act);
    let answer = store
        .submit_credential_blocking(command, stored)
        .expect("answered");
    assert!(answer.outcome.is_ok(), "{answer:?}");
    store.put_content(ORG, "附件".as_bytes()).expect("kept");
    let draft = Draft {
        id: "d1".to_owned(),
        step: "depot.intake.note.fill".to_owned(),
        slip: None,
        sources: vec![SlipId(1)],
        body: "{}".to_owned(),
        updated: at,
    };
    store.put_draft(ORG, &login, &draft).expect("kept");
    let view = SavedView {
        id: "v1".to_owned(),
        owner: login.clone(),
        role: "depot.clerk".into(),
        place: "slips".to_owned(),
        name: "急件".to_owned(),
        body: "state=open".to_owned(),
        updated: at,
    };
    store.put_view(ORG, &view).expect("kept");
    store.watch(ORG, &login, SlipId(1), true, at).expect("kept");
    let session = Session {
        token_hash: sha256_hex(b"token").to_string(),
        login: login.clone(),
        created: at,
        seen: at,
        expires: at.plus_minutes(60),
        confirmed: at,
        agent: "test".to_owned(),
        address: "127.0.0.1".to_owned(),
    };
    store.put_session(ORG, &session).expect("kept");
    let factor = Factor {
        login: login.clone(),
        id: "0123456789abcdef".to_owned(),
        kind: "totp".to_owned(),
        name: "电话".to_owned(),
        body: "encrypted".to_owned(),
        created: at,
        used: Moment(0),
        counter: 0,
    };
    assert!(store.put_factor(ORG, &factor).expect("kept"));
    let act = Act::SignIn {
        login: login.clone(),
        id: factor.id.as_str().into(),
        kind: "totp".into(),
        name: "电话".into(),
        digest: factor.digest(),
    };
    let command = self::command("sign_in", at, &login, act);
    let answer = store.submit_blocking(command).expect("answered");
    assert!(answer.outcome.is_ok(), "{answer:?}");
    let challenge = Challenge {
        id: sha256_hex(b"secret").to_string(),
        kind: "oidc".to_owned(),
        owner: String::new(),
        login: "".into(),
        body: String::new(),
        expires: at.plus_minutes(5),
    };
    assert!(store.put_challenge(ORG, &challenge, at).expect("kept"));
    store
        .failed_attempt(ORG, &login, at, |_| at)
        .expect("counted");
    outgoing_rows(store, &login, at);
}

/// What is to be sent, what was told, and a backup.
fn outgoing_rows(store: &Store, login: &str, at: Moment) {
    let one = Delivery {
        id: "d".to_owned(),
        channel: "webhook".to_owned(),
        target: "w".to_owned(),
        kind: "step".to_owned(),
        seq: 3,
        slip: Some(SlipId(1)),
        body: "{}".to_owned(),
        due: at,
        created: at,
        ..Delivery::default()
    };
    let told = Notice {
        login: login.into(),
        seq: 3,
        at,
        kind: "returned".to_owned(),
        slip: SlipId(1),
        shown: true,
        ..Notice::default()
    };
    let followed = store.follow(ORG, "outbox", (None, 3), &[one], &[told]);
    assert!(followed.expect("written"));
    let lease = (at, at.plus_minutes(1));
    let leased = store.lease_deliveries(ORG, "w", "node", lease, 1);
    assert_eq!(leased.expect("leased").len(), 1);
    let tried = Tried {
        state: DeliveryState::Sent,
        due: at,
        at,
        ended: at,
        answer: "200".to_owned(),
        free: false,
    };
    let kept = store.delivery_tried(ORG, "d", "node", &tried);
    assert!(kept.expect("written"));
    store.put_preference(ORG, login, "{}", at).expect("written");
    let run = BackupRun {
        id: "r".to_owned(),
        ..BackupRun::default()
    };
    assert!(store.add_backup_run(ORG, &run).expect("written"));
}

pub(crate) fn command(key: &str, at: Moment, actor: &str, act: Act) -> Command {
    Command {
        org: ORG,
        key: key.into(),
        at,
        actor: actor.into(),
        on_behalf_of: None,
        act,
    }
}
