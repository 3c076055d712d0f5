//! Ledgers, registers, people, the texts of packs and the journal, as tables.

use std::collections::BTreeSet;
use std::io::Write;

use kernel::{Amount, Day, Moment, Side};
use model::Ledger;
use store::{AsOf, BalanceQuery, JournalQuery, RecordQuery, StatementCursor, StatementQuery};

use super::archive::Archive;
use super::papers::file_name;
use super::{Ask, Failed, Sources, heads, row};

/// Rows read at a time.
const CHUNK: usize = 2_000;

fn amount(ledger: &Ledger, units: i64) -> String {
    Amount {
        units,
        unit: ledger.unit,
    }
    .to_string()
}

/// Of every ledger: what stood before the period and after it, and all that was booked for its days.
pub(super) fn ledgers<W: Write>(
    from: &Sources<'_>,
    ask: &Ask,
    archive: &mut Archive<W>,
) -> Result<(), Failed> {
    let catalog = from.store.catalog();
    for ledger in catalog.packs().iter().flat_map(|pack| &pack.ledgers) {
        let folder = format!("ledgers/{}", ledger.qualified);
        let before = ask.from.plus_days(-1).unwrap_or(ask.from);
        balances(
            from,
            ledger,
            before,
            &format!("{folder}/opening.csv"),
            archive,
        )?;
        entries(from, ask, ledger, &format!("{folder}/entries.csv"), archive)?;
        balances(
            from,
            ledger,
            ask.to,
            &format!("{folder}/closing.csv"),
            archive,
        )?;
        (from.progress)("ledgers", 0);
    }
    Ok(())
}

fn balances<W: Write>(
    from: &Sources<'_>,
    ledger: &Ledger,
    day: Day,
    name: &str,
    archive: &mut Archive<W>,
) -> Result<(), Failed> {
    archive.begin(name)?;
    heads(
        archive,
        &[
            "科目或库区 place",
            "编码 key",
            "细分 detail",
            "转入累计 in",
            "转出累计 out",
            "余额 balance",
            "草稿 draft",
            "已审 checked",
            "占用 held",
        ],
    )?;
    let mut query = BalanceQuery {
        as_of: AsOf::Day(day),
        skip_zero: true,
        limit: CHUNK,
        ..BalanceQuery::default()
    };
    loop {
        let page = from.store.balances(from.org, &ledger.qualified, &query)?;
        for found in &page.rows {
            let figure = |units| amount(ledger, units);
            let balance = &found.balance;
            row(
                archive,
                &[
                    &found.place,
                    &found.key,
                    &found.detail,
                    &figure(balance.posted.r#in),
                    &figure(balance.posted.out),
                    &figure(balance.posted.net()),
                    &figure(balance.draft.net()),
                    &figure(balance.checked.net()),
                    &figure(balance.held.net()),
                ],
            )?;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(()),
        }
    }
}

fn entries<W: Write>(
    from: &Sources<'_>,
    ask: &Ask,
    ledger: &Ledger,
    name: &str,
    archive: &mut Archive<W>,
) -> Result<(), Failed> {
    archive.begin(name)?;
    heads(
        archive,
        &[
            "业务日期 day",
            "日志行 journal row",
            "序 n",
            "记账时间 booked at",
            "状态 state",
            "单据 slip",
            "行 line",
            "往来 party",
            "用户名 login",
            "科目或库区 place",
            "编码 key",
            "细分 detail",
            "转入 in",
            "转出 out",
            "红字 reversal",
        ],
    )?;
    let mut after: Option<StatementCursor> = None;
    loop {
        let query = StatementQuery {
            from: Some(ask.from),
            to: Some(ask.to),
            states: kernel::EntryState::ALL.to_vec(),
            after,
            limit: 10_000,
            ..StatementQuery::default()
        };
        let page = from.store.statement(from.org, &ledger.qualified, &query)?;
        for leg in &page.legs {
            let figure = amount(ledger, leg.amount);
            let (into, out) = match leg.side {
                Side::In => (&*figure, ""),
                Side::Out => ("", &*figure),
            };
            let line = leg.line.map_or(String::new(), |line| line.to_string());
            row(
                archive,
                &[
                    &leg.day.to_string(),
                    &leg.seq.to_string(),
                    &leg.n.to_string(),
                    &leg.at.to_string(),
                    leg.state.name(),
                    &leg.number,
                    &line,
                    &leg.party,
                    &leg.person,
                    &leg.place,
                    &leg.key,
                    &leg.detail,
                    into,
                    out,
                    if leg.reversal { "yes" } else { "" },
                ],
            )?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Every version of every record, so that what was known on which day can be told; sensitive fields are left out.
pub(super) fn registers<W: Write>(
    from: &Sources<'_>,
    archive: &mut Archive<W>,
) -> Result<(), Failed> {
    let catalog = from.store.catalog();
    for pack in catalog.packs() {
        for register in &pack.registers {
            let qualified = format!("{}.{}", pack.name, register.name);
            let fields: Vec<_> = register
                .fields
                .iter()
                .filter(|field| !field.sensitive)
                .collect();
            let labels: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}", field.label.zh, field.label.en))
                .collect();
            archive.begin(&format!("registers/{qualified}.csv"))?;
            let mut names = vec![
                "编码 key",
                "版本 version",
                "生效日期 valid from",
                "日志行 journal row",
            ];
            names.extend(labels.iter().map(|label| &**label));
            heads(archive, &names)?;
            let mut query = RecordQuery {
                limit: CHUNK,
                ..RecordQuery::default()
            };
            loop {
                let page = from.store.records(from.org, &qualified, &query)?;
                for latest in &page.rows {
                    let key = &latest.record.key;
                    for version in from.store.record_versions(from.org, &qualified, key)? {
                        let values = version.fields();
                        let (nth, day) = (
                            version.record.version.to_string(),
                            version.record.from.to_string(),
                        );
                        let seq = version.seq.to_string();
                        let mut cells = vec![&**key, &*nth, &*day, &*seq];
                        cells.extend(
                            fields
                                .iter()
                                .map(|field| values.get(&*field.name).map_or("", String::as_str)),
                        );
                        row(archive, &cells)?;
                    }
                }
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
        }
    }
    Ok(())
}

/// Everybody, with his roles: whose names the logins are.
pub(super) fn people<W: Write>(from: &Sources<'_>, archive: &mut Archive<W>) -> Result<(), Failed> {
    archive.begin("people.csv")?;
    heads(
        archive,
        &[
            "用户名 login",
            "姓名 name",
            "自然人 identity",
            "在用 active",
            "管理员 administrator",
            "岗位 roles",
        ],
    )?;
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    for person in from.store.people(from.org)? {
        let day = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
        let grants: Vec<String> = person
            .grants
            .iter()
            .map(|grant| match (grant.from, grant.until) {
                (None, None) => format!("{} {}", grant.role, grant.scope),
                (since, until) => format!(
                    "{} {} {}..{}",
                    grant.role,
                    grant.scope,
                    day(since),
                    day(until)
                ),
            })
            .collect();
        row(
            archive,
            &[
                &person.login,
                &person.name,
                &person.identity,
                yes(person.active),
                yes(person.administrator),
                grants.join("; ").trim(),
            ],
        )?;
    }
    Ok(())
}

/// The texts of the packs that these slips began under: which steps, roles, guards and separations held.
pub(super) fn packs<W: Write>(
    from: &Sources<'_>,
    versions: &BTreeSet<String>,
    archive: &mut Archive<W>,
) -> Result<(), Failed> {
    for version in versions {
        let Some(texts) = from.store.pack_texts(from.org, version)? else {
            continue;
        };
        for text in texts {
            let path: Vec<String> = text.path.split('/').map(file_name).collect();
            let name = format!("packs/{}/{}", file_name(version), path.join("/"));
            archive.file(&name, text.text.as_bytes())?;
        }
    }
    Ok(())
}

/// The rows of the journal of the period; and of every row from the first of them to the last there is its hash and that of
/// the row before, so that they are tied to a hash that somebody keeps elsewhere.
pub(super) fn journal<W: Write>(
    from: &Sources<'_>,
    ask: &Ask,
    archive: &mut Archive<W>,
) -> Result<u64, Failed> {
    archive.begin("journal/journal.csv")?;
    heads(
        archive,
        &[
            "序号 row",
            "时间 time",
            "微秒 microseconds",
            "用户名 login",
            "操作 act",
            "单据 slip",
            "结果 outcome",
            "拒绝代码 refusal",
            "请求编号 key",
            "请求 request",
            "答复 reply",
            "前一行的哈希 previous hash",
            "本行的哈希 hash",
        ],
    )?;
    let next_day = ask.to.plus_days(1).unwrap_or(ask.to);
    let mut query = JournalQuery {
        from: Some(Moment::midnight_of(ask.from)),
        to: Some(Moment::midnight_of(next_day)),
        ascending: true,
        limit: 1_000,
        ..JournalQuery::default()
    };
    let (mut count, mut first) = (0, None);
    loop {
        let page = from.store.journal(from.org, &query)?;
        for found in &page.rows {
            first.get_or_insert((found.seq, found.at));
            count += 1;
            let slip = found.slip.map_or(String::new(), |slip| slip.to_string());
            row(
                archive,
                &[
                    &found.seq.to_string(),
                    &found.at.to_string(),
                    &found.at.0.to_string(),
                    &found.actor,
                    &found.act,
                    &slip,
                    &found.outcome,
                    &found.code,
                    &found.key,
                    &found.request,
                    &found.reply,
                    &found.prev,
                    &found.hash,
                ],
            )?;
        }
        (from.progress)("journal", count);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    archive.begin("journal/chain.csv")?;
    heads(
        archive,
        &["序号 row", "前一行的哈希 previous hash", "本行的哈希 hash"],
    )?;
    let Some((first, at)) = first else {
        return Ok(0);
    };
    let mut query = JournalQuery {
        from: Some(at),
        ascending: true,
        limit: 1_000,
        ..JournalQuery::default()
    };
    loop {
        let page = from.store.journal(from.org, &query)?;
        for found in page.rows.iter().filter(|found| found.seq >= first) {
            row(archive, &[&found.seq.to_string(), &found.prev, &found.hash])?;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    Ok(count)
}
