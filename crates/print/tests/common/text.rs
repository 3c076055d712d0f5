//! The text of a PDF, as another program reads it.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Pages of a PDF as `pdftotext -layout` gives them, or nothing where poppler is not installed.
pub fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().expect("piped");
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes).expect("the PDF is read"));
    let output = child.wait_with_output().expect("pdftotext ends");
    writer.join().expect("written");
    assert!(output.status.success(), "pdftotext refuses the PDF");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(
        text.trim_end_matches('\u{c}')
            .split('\u{c}')
            .map(str::to_owned)
            .collect(),
    )
}

/// Text without spaces and breaks, which layout adds.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200B}')
        .collect()
}
