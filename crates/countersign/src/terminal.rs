//! What is written to the terminal: lines, progress, questions.

use std::io::{self, BufRead, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use crate::lang::Lang;
use crate::stop::Stop;

/// Writes a line to standard output. A reader that went away (`| head`) ends the program quietly.
pub fn line(text: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    let written = out
        .write_all(text.as_ref().as_bytes())
        .and_then(|()| out.write_all(b"\n"));
    if written.is_err() {
        std::process::exit(0);
    }
}

/// Progress of long work, shown on standard error when that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    stage: Mutex<String>,
    lang: Lang,
}

impl Progress {
    /// Shows nothing until the first report.
    pub fn new(lang: Lang) -> Progress {
        let bar = ProgressBar::no_length();
        bar.set_style(style(false));
        Progress {
            bar,
            stage: Mutex::new(String::new()),
            lang,
        }
    }

    /// What is being done, how far, of how much (0 when unknown).
    pub fn report(&self, stage: &str, done: u64, of: u64) {
        if let Ok(mut current) = self.stage.lock()
            && *current != stage
        {
            stage.clone_into(&mut current);
            self.bar.set_message(stage_name(self.lang, stage));
            self.bar.set_style(style(of > 0));
        }
        if of > 0 {
            self.bar.set_length(of);
        }
        self.bar.set_position(done);
    }

    /// Takes the bar off the screen.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = if known {
        "{msg} [{wide_bar:.cyan/dim}] {human_pos}/{human_len} {eta}"
    } else {
        "{msg} {spinner} {human_pos}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// What the store calls its stages, in the operator's language; unknown ones as they are.
fn stage_name(lang: Lang, stage: &str) -> String {
    let zh = match stage {
        "journal" => "核对日志",
        "legs" => "核对分录",
        "slips" => "核对单据",
        "balances" => "重算余额",
        "records" => "核对档案",
        "copy" | "copying" => "复制",
        "restore" | "restoring" => "恢复",
        "import" => "导入",
        "check" => "检查",
        "export" => "导出",
        "prepare" => "准备数据",
        _ => stage,
    };
    lang.pick(zh, stage).to_owned()
}

/// Reads a password: the next line of standard input, or from the terminal without showing it.
pub fn password(lang: Lang, from_stdin: bool, who: &str) -> Result<String, Stop> {
    if from_stdin {
        let mut text = String::new();
        let read = io::stdin().lock().read_line(&mut text);
        return match read {
            Ok(count) if count > 0 => Ok(text.trim_end_matches(['\n', '\r']).to_owned()),
            _ => Err(Stop::usage(
                "标准输入中没有密码",
                "there is no password on standard input",
            )),
        };
    }
    let terminal = console::Term::stderr();
    if !terminal.is_term() || !console::user_attended() {
        return Err(Stop::usage(
            format!("需要 {who} 的密码：请在终端中运行，或用 --password-stdin 由标准输入给出"),
            format!(
                "the password of {who} is needed: run this in a terminal, or give it on standard input with --password-stdin"
            ),
        ));
    }
    let prompt = match lang {
        Lang::Zh => format!("{who} 的密码："),
        Lang::En => format!("Password of {who}: "),
    };
    let asked = terminal
        .write_str(&prompt)
        .and_then(|()| terminal.read_secure_line());
    asked.map_err(|error| Stop::other(format!("the terminal could not be read: {error}")))
}
