//! The journal itself, and where it ends.

use sha2::{Digest, Sha256};

use super::{Tampering, run, tampering};
use crate::raw::Raw;

/// The columns that a row's hash is made of, and how each is written into it: number, text or bytes.
const COLUMNS: [(&str, char); 15] = [
    ("org", 'i'),
    ("seq", 'i'),
    ("at", 'i'),
    ("actor", 't'),
    ("act", 't'),
    ("slip", 'i'),
    ("outcome", 't'),
    ("code", 't'),
    ("key", 't'),
    ("series", 't'),
    ("serial", 'i'),
    ("request", 't'),
    ("reply", 't'),
    ("wrote", 'b'),
    ("prev", 'b'),
];

/// The bytes of hexadecimal text, with or without the prefix that PostgreSQL gives it.
fn unhex(text: &str) -> Vec<u8> {
    let text = text.strip_prefix("\\x").unwrap_or(text);
    (0..text.len() / 2)
        .filter_map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok())
        .collect()
}

/// The hash of a journal row as it stands now.
fn hash_of(raw: &Raw, seq: i64) -> [u8; 32] {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let rows = raw.rows(&format!(
        "select {} from journal where seq = {seq}",
        names.join(", ")
    ));
    let mut hasher = Sha256::new();
    hasher.update(b"journal\0");
    for (cell, (_, kind)) in rows[0].iter().zip(COLUMNS) {
        match kind {
            'i' if cell == "∅" || cell.is_empty() => hasher.update([0]),
            'i' => {
                hasher.update([1]);
                hasher.update(cell.parse::<i64>().expect("a number").to_le_bytes());
            }
            kind => {
                let bytes = if kind == 'b' {
                    unhex(cell)
                } else {
                    cell.as_bytes().to_vec()
                };
                hasher.update([2]);
                hasher.update((bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            }
        }
    }
    hasher.finalize().into()
}

/// Computes the hashes of all rows from one on anew, and the head: what somebody would do who knows how it is made.
///
/// # Panics
/// When a row that nobody touched has another hash: then the store hashes otherwise than it is done here.
pub fn rewrite_chain(raw: &Raw, from: i64) {
    let first = engine::hex(&hash_of(raw, 1));
    let stored = raw.cell("select hash from journal where seq = 1");
    assert_eq!(
        stored.trim_start_matches("\\x"),
        &*first,
        "the store hashes otherwise"
    );
    let last: i64 = raw
        .cell("select max(seq) from journal")
        .parse()
        .expect("a number");
    for seq in from..=last {
        let hash = hash_of(raw, seq);
        let hash = raw.blob(&hash);
        run(
            raw,
            &format!(
                "update journal set hash = {hash} where seq = {seq}; update journal set prev = {hash} where seq = {}; update head set hash = {hash} where seq = {seq}",
                seq + 1
            ),
        );
    }
}

/// Takes the last command out of everything, as if it had never been: an order that somebody began.
fn cut_off_last(raw: &Raw, scene: &super::Scene, with_head: bool) {
    let (seq, id) = (scene.head.0, scene.open.0);
    run(
        raw,
        &format!(
            "delete from journal where seq = {seq}; delete from signature where seq = {seq}; delete from slip where id = {id}; delete from slip_body where id = {id}; delete from todo where slip = {id}; delete from timer where slip = {id}; update series set last = last - 1 where name like '%order/CG%'"
        ),
    );
    if with_head {
        run(
            raw,
            &format!(
                "update head set seq = {}, next_slip = {id}, hash = (select hash from journal where seq = {}), at = (select at from journal where seq = {})",
                seq - 1,
                seq - 1,
                seq - 1
            ),
        );
    }
}

pub fn all() -> Vec<Tampering> {
    vec![
        tampering!(
            "journal.actor",
            "把一行日志改到别人名下",
            "puts a journal row in another's name",
            "journal",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update journal set actor = '杜保管' where seq = {}",
                        scene.signed
                    ),
                );
                format!("seq={}", scene.signed)
            }
        ),
        tampering!(
            "journal.refusal",
            "抹去一次被拒绝的尝试",
            "makes a refused attempt look accepted",
            "journal",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from journal where outcome = 'refused'");
                run(
                    raw,
                    &format!("update journal set outcome = 'done', code = '' where seq = {seq}"),
                );
                format!("seq={seq}")
            }
        ),
        tampering!(
            "journal.delete",
            "删去中间一行日志",
            "deletes a journal row in the middle",
            "journal",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from journal where seq = {}", scene.signed),
                );
                format!("seq={}", scene.signed)
            }
        ),
        tampering!(
            "journal.delete_refusal",
            "删去被拒绝的尝试留下的一行",
            "deletes the row that a refused attempt left",
            "journal",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from journal where outcome = 'refused'");
                run(raw, &format!("delete from journal where seq = {seq}"));
                format!("seq={seq}")
            }
        ),
        tampering!(
            "journal.delete_last",
            "删去最后一行日志",
            "deletes the last journal row",
            "journal",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from journal where seq = {}", scene.head.0),
                );
                format!("seq={}", scene.head.0)
            }
        ),
        tampering!(
            "journal.delete_last_with_its_slip",
            "删去最后一行日志及其单据、签字、待办、编号",
            "deletes the last journal row with its slip, signature, inbox row and number",
            "journal",
            |raw, scene| {
                cut_off_last(raw, scene, false);
                format!("seq={}", scene.head.0)
            }
        ),
        tampering!(
            "journal.swap",
            "对调两行日志",
            "exchanges two journal rows",
            "journal",
            |raw, scene| {
                let (a, b) = (scene.signed - 1, scene.signed);
                run(
                    raw,
                    &format!(
                        "update journal set seq = -1 where seq = {a}; update journal set seq = {a} where seq = {b}; update journal set seq = {b} where seq = -1"
                    ),
                );
                format!("seq={a}")
            }
        ),
        tampering!(
            "journal.rehash_one",
            "改一行日志并重算这一行的哈希",
            "edits a journal row and computes its hash anew, but not the rows after it",
            "journal",
            |raw, scene| {
                let seq = scene.signed;
                run(
                    raw,
                    &format!("update journal set actor = '杜保管' where seq = {seq}"),
                );
                let hash = raw.blob(&hash_of(raw, seq));
                run(
                    raw,
                    &format!("update journal set hash = {hash} where seq = {seq}"),
                );
                format!("seq={}", seq + 1)
            }
        ),
        tampering!(
            "journal.insert",
            "在末尾接一行自编的日志",
            "appends a row of his own to the journal",
            "journal",
            |raw, scene| {
                let (seq, next) = (scene.head.0, scene.head.0 + 1);
                run(
                    raw,
                    &format!(
                        "insert into journal select org, {next}, at, '白经理', act, slip, outcome, code, 'forged', '', 0, request, reply, wrote, hash, hash from journal where seq = {seq}"
                    ),
                );
                format!("seq={next}")
            }
        ),
        tampering!(
            "head.back",
            "把日志末行往回拨",
            "sets the end of the journal back",
            "head",
            |raw, scene| {
                run(raw, &format!("update head set seq = {}", scene.head.0 - 1));
                "org=1".to_owned()
            }
        ),
        tampering!(
            "head.next_slip",
            "把下一张单的编号往回拨，好覆盖旧单",
            "sets the next slip's id back, to write over an old one",
            "head",
            |raw, _scene| {
                run(raw, "update head set next_slip = next_slip - 3");
                "org=1".to_owned()
            }
        ),
        tampering!(
            "legs_of_a_reversal_by_rehash",
            "改分录并把整条哈希链重算",
            "edits a leg and computes the whole chain anew",
            "leg",
            |raw, scene| {
                // The chain says which rows were written, so an edited row shows however good the chain is.
                run(
                    raw,
                    &format!(
                        "update leg set amount = amount + 1000000 where seq = {} and entry = 0",
                        scene.signed
                    ),
                );
                rewrite_chain(raw, scene.signed);
                format!("seq={} n=0", scene.signed)
            }
        ),
        Tampering {
            against_kept: true,
            ..tampering!(
                "journal.rewritten_whole",
                "改签字人并把其后整条哈希链连同末行重算",
                "changes an actor and computes the chain from there on, and its end, anew",
                "journal",
                |raw, scene| {
                    run(
                        raw,
                        &format!(
                            "update journal set actor = '杜保管' where seq = {}",
                            scene.signed
                        ),
                    );
                    rewrite_chain(raw, scene.signed);
                    format!("seq={}", scene.head.0)
                }
            )
        },
        Tampering {
            against_kept: true,
            ..tampering!(
                "journal.cut_off_clean",
                "删去最后一次办理的一切痕迹，末行也拨回",
                "takes the last command out of everything and sets the end of the journal back",
                "journal",
                |raw, scene| {
                    cut_off_last(raw, scene, true);
                    format!("seq={}", scene.head.0)
                }
            )
        },
    ]
}
