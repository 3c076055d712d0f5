//! Legs, balances, accounts, series.

use super::{Tampering, run, tampering};

/// The account of good stock, and the journal row that moved it last.
const GOOD: &str =
    "select id from account where ledger = 'gsp.stock' and place = 'good' order by id limit 1";

pub fn all() -> Vec<Tampering> {
    vec![
        tampering!(
            "leg.amount",
            "改一条分录行的数量",
            "changes the amount of one leg",
            "leg",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update leg set amount = amount + 1000000 where seq = {} and n = 0",
                        scene.signed
                    ),
                );
                format!("seq={} n=0", scene.signed)
            }
        ),
        tampering!(
            "leg.both_amounts",
            "两条分录行一起改，仍然平",
            "changes both legs of an entry, so that it still balances",
            "leg",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update leg set amount = amount + 1000000 where seq = {} and entry = 0",
                        scene.signed
                    ),
                );
                format!("seq={} n=0", scene.signed)
            }
        ),
        tampering!(
            "leg.with_its_balance",
            "分录行、余额、发生额一起改，处处相符",
            "changes legs, balances and turnovers together, so that everything agrees",
            "leg",
            |raw, scene| {
                let by = 1_000_000;
                let seq = scene.signed;
                for (side, column) in [(0, "posted_in"), (1, "posted_out")] {
                    let legs = format!(
                        "select account from leg where seq = {seq} and entry = 0 and side = {side}"
                    );
                    let account = raw.cell(&legs);
                    run(
                        raw,
                        &format!(
                            "update balance set {column} = {column} + {by} where account = {account}"
                        ),
                    );
                    let place = raw.rows(&format!(
                        "select ledger, place from account where id = {account}"
                    ));
                    let period = "202604";
                    let (ledger, place) = (&place[0][0], &place[0][1]);
                    let old: i128 = raw.cell(&format!("select {column} from turnover where ledger = '{ledger}' and place = '{place}' and period = {period}")).parse().expect("a number");
                    run(
                        raw,
                        &format!(
                            "update turnover set {column} = '{}' where ledger = '{ledger}' and place = '{place}' and period = {period}",
                            old + by
                        ),
                    );
                }
                run(
                    raw,
                    &format!(
                        "update leg set amount = amount + {by} where seq = {seq} and entry = 0"
                    ),
                );
                format!("seq={seq} n=0")
            }
        ),
        tampering!(
            "leg.delete_entry",
            "删去一笔分录",
            "deletes an entry",
            "leg",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from leg where seq = {} and entry = 0", scene.signed),
                );
                format!("seq={} n=0", scene.signed)
            }
        ),
        tampering!(
            "leg.insert_entry",
            "插入一笔平的分录",
            "inserts an entry that balances",
            "leg",
            |raw, scene| {
                let seq = scene.signed;
                let columns =
                    "account, side, amount, day, state, reversal, by_step, hold, hold_until, line";
                run(
                    raw,
                    &format!(
                        "insert into leg (org, seq, n, entry, {columns}) select org, seq, n + 100, entry + 50, {columns} from leg where seq = {seq} and entry = 0"
                    ),
                );
                format!("seq={seq} n=100")
            }
        ),
        tampering!(
            "leg.delete_reversal",
            "删去冲销的红字",
            "deletes the red letters of a reversal",
            "leg",
            |raw, scene| {
                let seq = raw.cell(&format!(
                    "select max(seq) from signature where slip = {} and act = 'reverse'",
                    scene.reversed.0
                ));
                run(raw, &format!("delete from leg where seq = {seq}"));
                format!("seq={seq} n=0")
            }
        ),
        tampering!(
            "leg.other_day",
            "把分录改到已结账期间",
            "moves an entry into a closed period",
            "leg",
            |raw, scene| {
                run(
                    raw,
                    &format!("update leg set day = 20200115 where seq = {}", scene.signed),
                );
                format!("seq={} n=0", scene.signed)
            }
        ),
        tampering!(
            "account.place",
            "把合格品区改成不合格品区",
            "turns the place of good stock into that of rejected stock",
            "account",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                run(
                    raw,
                    &format!("update account set place = 'rejected' where id = {id}"),
                );
                format!("id={id}")
            }
        ),
        tampering!(
            "account.key",
            "把一个批号改成另一个",
            "turns one batch into another",
            "account",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                run(
                    raw,
                    &format!("update account set key = 'A001/B999999' where id = {id}"),
                );
                format!("id={id}")
            }
        ),
        tampering!(
            "balance.more",
            "把库存余额改大",
            "raises a balance of stock",
            "balance",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                run(
                    raw,
                    &format!(
                        "update balance set posted_in = posted_in + 5000000 where account = {id}"
                    ),
                );
                format!("account={id}")
            }
        ),
        tampering!(
            "balance.shift",
            "在两个账户余额之间挪，合计不变",
            "shifts between two balances, the sum unchanged",
            "balance",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                let other = raw.cell("select id from account where ledger = 'gsp.stock' and place = 'pending' order by id limit 1");
                run(
                    raw,
                    &format!(
                        "update balance set posted_in = posted_in + 7 where account = {id}; update balance set posted_in = posted_in - 7 where account = {other}"
                    ),
                );
                format!("account={id}")
            }
        ),
        tampering!(
            "balance.delete",
            "删去一个余额",
            "deletes a balance",
            "balance",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                run(raw, &format!("delete from balance where account = {id}"));
                format!("account={id}")
            }
        ),
        tampering!(
            "balance.insert",
            "插入一个期间的余额",
            "inserts a balance of another period",
            "balance",
            |raw, _scene| {
                let id = raw.cell(GOOD);
                let columns = "draft_in, draft_out, checked_in, checked_out, posted_in, posted_out, held_in, held_out, last_seq";
                run(
                    raw,
                    &format!(
                        "insert into balance (org, account, period, {columns}) select org, account, 202605, {columns} from balance where account = {id}"
                    ),
                );
                format!("account={id}")
            }
        ),
        tampering!(
            "turnover.more",
            "改发生额",
            "changes a turnover",
            "turnover",
            |raw, _scene| {
                run(
                    raw,
                    "update turnover set posted_in = '1' || posted_in where ledger = 'gsp.stock' and place = 'good'",
                );
                "ledger=gsp.stock place=good".to_owned()
            }
        ),
        tampering!(
            "series.back",
            "把编号退回去，好再用一次",
            "sets a series back, to use a number again",
            "series",
            |raw, _scene| {
                let name = raw.cell("select name from series where name like '%order/CG%' limit 1");
                run(
                    raw,
                    &format!("update series set last = last - 1 where name = '{name}'"),
                );
                format!("name={name}")
            }
        ),
        tampering!(
            "series.ahead",
            "让编号跳号",
            "lets a series jump",
            "series",
            |raw, _scene| {
                let name = raw.cell("select name from series where name like '%order/CG%' limit 1");
                run(
                    raw,
                    &format!("update series set last = last + 10 where name = '{name}'"),
                );
                format!("name={name}")
            }
        ),
        tampering!(
            "series.delete",
            "删去编号，从头再编",
            "deletes a series, to begin anew",
            "series",
            |raw, _scene| {
                let name = raw.cell("select name from series where name like '%order/CG%' limit 1");
                run(raw, &format!("delete from series where name = '{name}'"));
                format!("name={name}")
            }
        ),
    ]
}
