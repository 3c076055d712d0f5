//! Attempts by the command line and by files that it imports.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::api::PASSWORD;
use crate::attempt::{Attempt, Say, Through};
use crate::attempts::{ADMINISTRATOR, CLERK, TWO_ACCOUNTS, attempt};
use crate::stage::Stage;
use store::StoreUrl;

const WORDS: &[Through] = &[Through::CommandLine];
const IMPORT: &[Through] = &[Through::Import];
/// Somebody who may run the program on the server.
const OPERATOR: Say = Say {
    zh: "服务器操作者",
    en: "whoever may run the program",
};

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Everything it said.
    pub said: String,
}

/// The program, as it was built beside these tests; built now if it was not.
///
/// # Panics
/// When it cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = std::env::current_exe().expect("a test has a path");
        let folder = own.ancestors().nth(2).expect("target/debug");
        // Who runs all tests has built everything, and says so.
        if std::env::var_os("COUNTERSIGN_BUILT").is_some() {
            return folder.join("countersign");
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "countersign"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the program could not be built");
        folder.join("countersign")
    })
}

/// Runs the program on the stage's data folder.
///
/// # Panics
/// When it does not start.
pub fn run(stage: &Stage, words: &[&str], input: &str) -> Ran {
    let place = match &stage.url {
        StoreUrl::Sqlite(file) => {
            let folder = file.parent().expect("a data folder");
            ["--data".to_owned(), folder.to_string_lossy().into_owned()]
        }
        StoreUrl::Postgres(url) => ["--database-url".to_owned(), url.clone()],
        StoreUrl::Memory => unreachable!("memory is nobody else's"),
    };
    let elsewhere = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(program())
        .args(words)
        .args(place)
        // What the program keeps beside its database is not to be left among the sources.
        .current_dir(elsewhere.path())
        .env_remove("COUNTERSIGN_DATABASE_URL")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    // A program that does not read its input may have closed it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let said = [output.stdout, output.stderr].concat();
    Ran {
        code: output.status.code().unwrap_or(-1),
        said: String::from_utf8_lossy(&said).into_owned(),
    }
}

/// Runs words in the name of somebody with a password; they must end with this exit code and say `says`.
fn words(
    stage: &mut Stage,
    journaled: &str,
    (name, password): (&str, &str),
    words: &[&str],
    (code, says): (i32, &str),
) {
    let mut all = words.to_vec();
    if !name.is_empty() {
        all.extend(["--as", name, "--password-stdin"]);
    }
    let ran = stage.watched(journaled, |stage| {
        run(stage, &all, &format!("{password}\n"))
    });
    if ran.code != code || !ran.said.contains(says) {
        stage.fail(format_args!(
            "ended with {} and said {}",
            ran.code, ran.said
        ));
    }
}

/// Imports a file in the name of an administrator; it must be refused whole.
fn import_file(stage: &mut Stage, what: &str, name: &str, bytes: &[u8], says: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("written");
    let path = file.to_string_lossy().into_owned();
    words(
        stage,
        "管理员甲",
        ("管理员甲", PASSWORD),
        &["import", what, &path, "--json"],
        (1, says),
    );
}

/// [`import_file`] of a table as text.
fn import(stage: &mut Stage, what: &str, text: &str, says: &str) {
    import_file(stage, what, "import.csv", text.as_bytes(), says);
}

/// A workbook of these rows.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(*cells) {
            sheet.write(row, column, *cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// All of them.
pub fn all() -> Vec<Attempt> {
    let mut all = people();
    all.extend(imports());
    all
}

fn people() -> Vec<Attempt> {
    vec![
        attempt!(
            "cli.grant_oneself",
            ADMINISTRATOR,
            "在命令行给自己授予岗位",
            "grants himself a role by the command line",
            "own_grant",
            WORDS,
            |stage| {
                words(
                    stage,
                    "管理员甲",
                    ("管理员甲", PASSWORD),
                    &["user", "grant", "管理员甲", "purchase_manager"],
                    (1, "own_grant"),
                );
            }
        ),
        attempt!(
            "cli.new_account_of_oneself",
            TWO_ACCOUNTS,
            "在命令行给自己另开账号",
            "adds another account of his own",
            "own_grant",
            WORDS,
            |stage| {
                words(
                    stage,
                    "管理员甲",
                    ("管理员甲", PASSWORD),
                    &[
                        "user",
                        "add",
                        "新号",
                        "--name",
                        "新号",
                        "--identity",
                        "g01",
                        "--role",
                        "buyer",
                    ],
                    (1, "own_grant"),
                );
            }
        ),
        attempt!(
            "cli.activate_oneself",
            TWO_ACCOUNTS,
            "用第二个账号启用第一个",
            "activates his first account with the second",
            "own_grant",
            WORDS,
            |stage| {
                words(
                    stage,
                    "甲副号",
                    ("甲副号", PASSWORD),
                    &["user", "activate", "管理员甲"],
                    (1, "own_grant"),
                );
            }
        ),
        attempt!(
            "cli.clerk_as_administrator",
            CLERK,
            "非管理员用自己的密码授予岗位",
            "grants a role with his own password, being no administrator",
            "command_line.administrator",
            WORDS,
            |stage| {
                words(
                    stage,
                    "system",
                    ("王内勤", PASSWORD),
                    &["user", "grant", "门卫", "purchase_manager"],
                    (2, "王内勤"),
                );
            }
        ),
        attempt!(
            "cli.as_system",
            OPERATOR,
            "以 system 名义授予岗位",
            "grants a role in the name of the system",
            "command_line.administrator",
            WORDS,
            |stage| {
                words(
                    stage,
                    "system",
                    ("system", ""),
                    &["user", "grant", "门卫", "purchase_manager"],
                    (2, "system"),
                );
            }
        ),
        attempt!(
            "cli.wrong_password",
            OPERATOR,
            "不知管理员密码而授予岗位",
            "grants a role without the administrator's password",
            "command_line.password",
            WORDS,
            |stage| {
                words(
                    stage,
                    "system",
                    ("管理员甲", "not the password"),
                    &["user", "grant", "门卫", "purchase_manager"],
                    (2, "管理员甲"),
                );
            }
        ),
        attempt!(
            "cli.recover_clerk",
            OPERATOR,
            "以系统名义重设审核人的密码",
            "resets the approver's password in the name of the system",
            "command_line.recover",
            WORDS,
            |stage| {
                words(
                    stage,
                    "system",
                    ("", ""),
                    &["user", "password", "白经理", "--recover"],
                    (2, "--recover"),
                );
            }
        ),
        attempt!(
            "restore.over_newer_work",
            OPERATOR,
            "把旧备份恢复到已有新单据的数据上",
            "restores an old backup over what was signed since",
            "command_line.restore",
            WORDS,
            |stage| {
                let folder = tempfile::tempdir().expect("a folder");
                let backup = folder.path().join("old.backup");
                stage
                    .store
                    .backup(&backup, &|_, _, _| {})
                    .expect("a backup is made");
                stage.order("王内勤");
                let path = backup.to_string_lossy().into_owned();
                words(
                    stage,
                    "system",
                    ("", ""),
                    &["restore", &path],
                    (2, "not empty"),
                );
            }
        ),
        attempt!(
            "cli.recovered_password",
            OPERATOR,
            "以系统名义重设管理员密码后直接使用",
            "resets an administrator's password in the name of the system and uses it",
            "password_change",
            WORDS,
            |stage| {
                let ran = run(stage, &["user", "password", "管理员乙", "--recover"], "");
                let said = ran.said.trim().to_owned();
                let password = said.rsplit(' ').next().unwrap_or_default().to_owned();
                words(
                    stage,
                    "管理员乙",
                    ("管理员乙", &password),
                    &["user", "grant", "门卫", "purchase_manager"],
                    (1, "password_change"),
                );
            }
        ),
    ]
}

fn imports() -> Vec<Attempt> {
    vec![
        attempt!(
            "import.grant_oneself",
            ADMINISTRATOR,
            "导入人员表，给自己加岗位",
            "imports a list of people in which he has a role",
            "own_grant",
            IMPORT,
            |stage| {
                import(
                    stage,
                    "people",
                    "login,roles\n管理员甲,gsp.purchase_manager\n",
                    "own_grant",
                );
            }
        ),
        attempt!(
            "import.record_on_file",
            ADMINISTRATOR,
            "导入单位表，改动已有单位的许可证",
            "imports a list of partners that changes the licence of one on record",
            "by_slips",
            IMPORT,
            |stage| {
                let text = "key,name,licence_until\nS77,新单位,2030-12-31\nS01,供货一,2099-12-31\n";
                import(stage, "partners", text, "by_slips");
            }
        ),
        attempt!(
            "import.grant_second_account",
            TWO_ACCOUNTS,
            "导入人员表，给自己的第二个账号加岗位",
            "imports a list in which his second account has a role",
            "own_grant",
            IMPORT,
            |stage| {
                import(
                    stage,
                    "people",
                    "login,roles\n甲副号,gsp.keeper\n",
                    "own_grant",
                );
            }
        ),
        attempt!(
            "import.hidden_among_others",
            ADMINISTRATOR,
            "把给自己的岗位夹在许多正常的行中",
            "hides his own role among rows that are in order",
            "own_grant",
            IMPORT,
            |stage| {
                let mut text = "login,name,identity,roles\n".to_owned();
                for nth in 0..20 {
                    text.push_str(&format!("n{nth},新人{nth},N{nth},gsp.buyer\n"));
                }
                text.push_str("管理员甲,管理员甲,G01,gsp.purchase_manager\n");
                import(stage, "people", &text, "own_grant");
            }
        ),
        attempt!(
            "import.change_identity",
            ADMINISTRATOR,
            "导入人员表，把一人两号改成两个人",
            "imports a list that makes two persons of one with two accounts",
            "identity",
            IMPORT,
            |stage| {
                import(stage, "people", "login,identity\n吴副号,别人\n", "identity");
            }
        ),
        attempt!(
            "import.new_account_of_oneself",
            ADMINISTRATOR,
            "导入人员表，给自己另开一个有岗位的账号",
            "imports a list with another account of his own, in small letters, with a role",
            "own_grant",
            IMPORT,
            |stage| {
                import(
                    stage,
                    "people",
                    "login,name,identity,roles\n新号,新号,g01,gsp.purchase_manager\n",
                    "own_grant",
                );
            }
        ),
        attempt!(
            "import.workbook_grant_oneself",
            ADMINISTRATOR,
            "导入工作簿形式的人员表，给自己加岗位",
            "imports a workbook of people in which he has a role",
            "own_grant",
            IMPORT,
            |stage| {
                let book = workbook(&[&["login", "roles"], &["管理员甲", "gsp.purchase_manager"]]);
                import_file(stage, "people", "people.xlsx", &book, "own_grant");
            }
        ),
        attempt!(
            "import.workbook_change_identity",
            ADMINISTRATOR,
            "导入工作簿形式的人员表，把一人两号改成两个人",
            "imports a workbook that makes two persons of one with two accounts",
            "identity",
            IMPORT,
            |stage| {
                let book = workbook(&[&["login", "identity"], &["吴副号", "别人"]]);
                import_file(stage, "people", "people.xlsx", &book, "identity");
            }
        ),
        attempt!(
            "import.by_clerk",
            CLERK,
            "非管理员导入往来单位",
            "imports partners without being an administrator",
            "command_line.administrator",
            IMPORT,
            |stage| {
                let folder = tempfile::tempdir().expect("a folder");
                let file = folder.path().join("partners.csv");
                std::fs::write(&file, "code,licence_until\nS01,2099-12-31\n").expect("written");
                let path = file.to_string_lossy().into_owned();
                words(
                    stage,
                    "system",
                    ("王内勤", PASSWORD),
                    &["import", "partners", &path],
                    (2, "王内勤"),
                );
            }
        ),
    ]
}
