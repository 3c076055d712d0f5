//! The tables in `README.md`, made from what the tests run.

use std::fmt::Write;

use crate::attempt::{Attempt, Say, Through};
use crate::{attempts, command_line, http, tampering};

/// Every attempt that is answered by a refusal.
pub fn refused() -> Vec<Attempt> {
    let mut all = attempts::all();
    all.extend(http::all());
    all.extend(command_line::all());
    all
}

fn both(say: Say) -> String {
    format!("{} · {}", say.zh, say.en)
}

/// What `README.md` holds between its marks.
pub fn tables() -> String {
    let refused = refused();
    let altered = tampering::all();
    let mut out = String::new();
    let tries: usize = refused.iter().map(|attempt| attempt.through.len()).sum();
    let _ = writeln!(
        out,
        "{} ways, tried {tries} times over on SQLite and again on PostgreSQL, and {} alterations of the database.\n",
        refused.len(),
        altered.len()
    );
    out.push_str("### Refused by name · 一律拒绝\n\n");
    out.push_str("| id | who · 谁 | what · 做什么 | through · 途径 | refusal · 拒绝 |\n|---|---|---|---|---|\n");
    for attempt in &refused {
        let through: Vec<&str> = attempt
            .through
            .iter()
            .map(|through| through.say().en)
            .collect();
        let code = if attempt.unoffered.is_empty() {
            format!("`{}`", attempt.code)
        } else {
            format!("`{}`, API `{}`", attempt.code, attempt.unoffered)
        };
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {code} |",
            attempt.id,
            both(attempt.who),
            both(attempt.what),
            through.join(", ")
        );
    }
    out.push_str("\n### Altered in the database, named by `verify` · 直接改库，`verify` 指出\n\n");
    out.push_str(
        "| id | what · 改什么 | table named · 指出的表 | shows · 何时可见 |\n|---|---|---|---|\n",
    );
    for tampering in &altered {
        let shows = if tampering.against_kept {
            "`verify --kept`"
        } else {
            "`verify`, `restore`"
        };
        let shows = if matches!(tampering.table, "session" | "attempt") {
            "`verify`"
        } else {
            shows
        };
        let _ = writeln!(
            out,
            "| `{}` | {} | `{}` | {shows} |",
            tampering.id,
            both(tampering.what),
            tampering.table
        );
    }
    out
}

/// How often each way in is tried.
pub fn count(through: Through) -> usize {
    refused()
        .iter()
        .filter(|attempt| attempt.through.contains(&through))
        .count()
}
