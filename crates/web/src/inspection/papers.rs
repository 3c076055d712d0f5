//! What in an archive is for people: how to read it, how to check it, what is where.

use kernel::Moment;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::slips::Listed;
use super::{Ask, Told};

/// Checks the archive with tools that every system has.
pub(super) const VERIFY: &str = "#!/bin/sh
# 校验本档案：需 sha256sum 与 openssl（1.1.1 或更高）。Checks this archive: needs sha256sum and openssl 1.1.1 or later.
cd \"$(dirname \"$0\")\" || exit 2
ok=0
openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sha256.sig || ok=1
sha256sum --quiet --strict -c MANIFEST.sha256 || ok=1
# 清单之外的文件 files that the list does not name
find . -type f ! -name MANIFEST.sha256 ! -name MANIFEST.sha256.sig | sed 's|^\\./||' | LC_ALL=C sort > \"${TMPDIR:-/tmp}/countersign.found.$$\"
sed 's/^[0-9a-f]*  //' MANIFEST.sha256 | LC_ALL=C sort > \"${TMPDIR:-/tmp}/countersign.listed.$$\"
cmp -s \"${TMPDIR:-/tmp}/countersign.found.$$\" \"${TMPDIR:-/tmp}/countersign.listed.$$\" || { echo '有清单之外的文件，或缺少文件 files are missing, or not in the list'; ok=1; }
rm -f \"${TMPDIR:-/tmp}/countersign.found.$$\" \"${TMPDIR:-/tmp}/countersign.listed.$$\"
echo \"公钥指纹 fingerprint of the key: $(sha256sum public.pem | cut -d' ' -f1)\"
if [ $ok -eq 0 ]; then echo '✔ 完整，未改动 whole and unaltered'; else echo '✘ 校验不通过 this archive was altered'; fi
exit $ok
";

/// A name that every system takes for a file: no separators, nothing hidden, not too long.
pub(super) fn file_name(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|one| match one {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            one if one.is_control() => '_',
            one => one,
        })
        .collect();
    let plain = plain.trim_matches(['.', ' ']);
    let count = plain.chars().count();
    // The end stays, which says what kind of file it is.
    let short: String = plain.chars().skip(count.saturating_sub(80)).collect();
    if short.is_empty() {
        "_".to_owned()
    } else {
        short
    }
}

/// A page that stands alone.
pub(super) fn document(title: &str, body: &Markup) -> String {
    const STYLE: &str = "body{font:14px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:24px auto;max-width:1100px;padding:0 16px;color:#1b1f24;background:#fff}\
table{border-collapse:collapse;margin:6px 0 14px;width:100%}th,td{border:1px solid #c9ced6;padding:3px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#f1f3f6;font-weight:600}small{color:#5b6470}section{border-top:2px solid #1b1f24;margin-top:28px;padding-top:6px}nav a{margin-right:10px;white-space:nowrap}\
h1{font-size:22px}h2{font-size:17px;margin:8px 0}h3{font-size:14px;margin:10px 0 2px}@media print{section{break-inside:avoid}nav{display:none}}";
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { h1 { (title) } (body) }
        }
    };
    page.into_string()
}

/// What is where.
pub(super) fn index(ask: &Ask, now: Moment, listed: &Listed, told: &Told) -> String {
    let body = html! {
        p { (ask.company.zh) " " small { (ask.company.en) } " · " (ask.from) " — " (ask.to) " · " (now) }
        p { "单据 slips: " (told.slips) " · 日志 journal rows: " (told.journal) }
        p { a href="README.txt" { "说明与校验方法 How to read and check this" } }
        @for (name, _) in &ask.papers { p { a href=(name) { (name) } } }
        h2 { "单据 Slips" }
        table {
            tr { th { "单据 Kind" } th { "张数 Slips" } th { "阅读 To read" } th { "表格 Tables" } }
            @for kind in &listed.kinds {
                tr {
                    td { (kind.zh) br; small { (kind.en) } }
                    td { (kind.slips) }
                    td {
                        @for (page, first, last, print) in &kind.pages {
                            div {
                                a href=(page) { (first) " — " (last) }
                                @if let Some(print) = print { " · " a href=(print) { "PDF" } }
                            }
                        }
                    }
                    td {
                        a href=(format!("slips/{}/slips.csv", kind.qualified)) { "slips.csv" } " "
                        a href=(format!("slips/{}/lines.csv", kind.qualified)) { "lines.csv" }
                    }
                }
            }
        }
        h2 { "其他 Further" }
        ul {
            li { a href="signatures.csv" { "signatures.csv" } " 签字 signatures" }
            li { a href="not-printed.csv" { "not-printed.csv" } " 没有打印格式文件的单据及原因 slips without a printed form, and why" }
            li { a href="history.csv" { "history.csv" } " 每张单据的经过与改动 what was done and changed on each slip" }
            li { a href="notes.csv" { "notes.csv" } " 批注、抄送、催办、附件、打印 comments, copies, reminders, attachments, prints" }
            li { "ledgers/ 各账期初、发生、期末 opening, entries and closing of every ledger" }
            li { "registers/ 各档案的全部版本 every version of every record" }
            li { a href="people.csv" { "people.csv" } " 人员与岗位 people and roles" }
            li { "packs/ 当时适用的业务规则原文 the texts of the rules that held" }
            li { a href="journal/journal.csv" { "journal/journal.csv" } " 审计日志 the journal; " a href="journal/chain.csv" { "journal/chain.csv" } " 哈希链 its chain of hashes" }
        }
    };
    document("检查档案 Inspection archive", &body)
}

pub(super) fn readme(ask: &Ask, now: Moment, told: &Told) -> String {
    let flows = match ask.flows.as_slice() {
        [] => "全部 all".to_owned(),
        flows => flows.join(", "),
    };
    format!(
        "检查档案 Inspection archive\r\n\r\n\
单位 organisation: {} {}\r\n期间 period: {} — {}\r\n流程 flows: {flows}\r\n生成 made: {now}\r\n\
单据 slips: {}    日志行 journal rows: {}\r\n公钥指纹 fingerprint of the key (SHA-256 of public.pem):\r\n{}\r\n\r\n\
一、怎样看\r\n\
  打开 index.html。每类单据有供阅读的网页、打印格式（PDF）和表格（CSV，UTF-8）。单据按业务日期取；敏感字段（如银行账号）不在其内；\r\n\
  日志保留各请求的原文，其中可能有此类内容，转交他人前请留意 journal/journal.csv。\r\n\
二、怎样校验（不需要本软件）\r\n\
  解压后运行 sh verify.sh，或逐条执行：\r\n\
    openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sha256.sig\r\n\
    sha256sum -c MANIFEST.sha256\r\n\
  前者证明清单由持有该单位密钥者签发，后者证明每个文件自签发后一字未改。\r\n\
  请向该单位另行索取公钥指纹并与上面核对：指纹相同，档案才确由该单位系统签发。\r\n\
  Windows：用 certutil -hashfile 文件 SHA256 与清单比对；openssl 随 Git for Windows 安装。\r\n\
三、日志的哈希链\r\n\
  journal/chain.csv 每行的“前一行的哈希”等于上一行的“本行的哈希”，自期间首行连到生成时的末行。该单位另存的任一行哈希\r\n\
  （countersign verify 所印）应在其中；若不在，日志自那时以后被改写过。签字所载“日志行”即 journal.csv 的序号。\r\n\r\n\
1. Reading\r\n\
  Open index.html. Every kind of slip has pages to read, printed forms (PDF) and tables (CSV, UTF-8). Slips are taken by their\r\n\
  business day; sensitive fields, such as bank accounts, are not in it. The journal keeps every request as it was sent, and\r\n\
  with it such fields: mind journal/journal.csv before you hand it on.\r\n\
2. Checking, without the product\r\n\
  Unpack it and run sh verify.sh, or one by one the two commands above. The first proves that the list was signed with the\r\n\
  organisation's key, the second that no file has changed since. Ask the organisation by another way for the fingerprint of its\r\n\
  key and compare it with the one above: only if they are the same was this archive made by its system.\r\n\
3. The journal's chain of hashes\r\n\
  In journal/chain.csv the previous hash of each row is the hash of the row before, from the first row of the period to the last\r\n\
  one when this was made. Any hash that the organisation kept elsewhere (countersign verify prints it) must be in it; if not,\r\n\
  the journal was written anew since. The journal row of a signature is the row of journal.csv.\r\n",
        ask.company.zh, ask.company.en, ask.from, ask.to, told.slips, told.journal, told.key
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_for_every_file_system() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("随货同行单.jpg"), "随货同行单.jpg");
        assert_eq!(file_name(" .. "), "_");
        assert_eq!(file_name(&format!("{}.pdf", "a".repeat(200))).len(), 80);
    }
}
