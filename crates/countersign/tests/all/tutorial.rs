//! The tutorial is played as it stands: its files are written, its commands run, their outputs compared, and at the end
//! somebody signs the slip that it is about. `…` in the text is whatever stands there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::browser::{Browser, Language, Window};

use crate::common::{Server, program, root};

const PATIENCE: Duration = Duration::from_secs(30);

type Any<T> = Result<T, Box<dyn std::error::Error>>;

/// A block between fences: what it is, the path named in the line before, its lines.
struct Block {
    kind: String,
    path: Option<String>,
    text: String,
}

fn blocks(paper: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = paper.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let mut text = String::new();
            for line in lines.by_ref().take_while(|line| *line != "```") {
                text.push_str(line);
                text.push('\n');
            }
            let path = before
                .strip_prefix('`')
                .and_then(|rest| rest.strip_suffix("`:"));
            blocks.push(Block {
                kind: kind.to_owned(),
                path: path.map(str::to_owned),
                text,
            });
        } else if !line.is_empty() {
            line.clone_into(&mut before);
        }
    }
    blocks
}

/// Whether `told` is what `paper` says, with `…` for anything on one line.
fn is_as_told(paper: &str, told: &str) -> bool {
    let (paper, told): (Vec<_>, Vec<_>) = (
        paper.trim().lines().collect(),
        told.trim().lines().collect(),
    );
    paper.len() == told.len()
        && paper
            .iter()
            .zip(told)
            .all(|(paper, told)| line_is(paper, told))
}

fn line_is(paper: &str, told: &str) -> bool {
    let (paper, mut rest) = (paper.trim_end(), told.trim_end());
    let parts: Vec<&str> = paper.split('…').collect();
    for (nth, part) in parts.iter().enumerate() {
        let at = if nth == 0 {
            rest.starts_with(part).then_some(0)
        } else if nth + 1 == parts.len() {
            rest.len()
                .checked_sub(part.len())
                .filter(|&at| rest.is_char_boundary(at) && rest.ends_with(part))
        } else {
            rest.find(part)
        };
        let Some(at) = at else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

/// The words of a command line; quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = None;
    for c in line.chars() {
        match (quoted, c) {
            (None, '"' | '\'') => quoted = Some(c),
            (Some(mark), _) if mark == c => quoted = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(c),
        }
    }
    words
}

/// One who plays the tutorial.
struct Player<'a> {
    folder: &'a Path,
    lang: &'a str,
    password: String,
    server: Option<Server>,
}

impl Player<'_> {
    fn play(&mut self, block: &Block) {
        match (&*block.kind, &block.path) {
            // The program has been built, else this test would not run.
            ("sh", _) => {}
            ("console", _) => {
                for part in block.text.split("$ ").skip(1) {
                    let (line, expected) = part.split_once('\n').unwrap_or((part, ""));
                    self.command(line, expected);
                }
            }
            (_, Some(path)) => fs::write(self.folder.join(path), &block.text)
                .unwrap_or_else(|error| panic!("{path}: {error}")),
            (kind, None) => panic!("what is done with {kind} {}?", block.text),
        }
    }

    fn command(&mut self, line: &str, expected: &str) {
        let words = words(line);
        let told = match (&*words[0], words.get(1).map(String::as_str)) {
            ("countersign", Some("serve")) => return self.serve(&words[2..], expected),
            ("countersign", _) => {
                let mut command = program();
                command.args(&words[1..]).current_dir(self.folder);
                let asks = words[1] == "import";
                if asks {
                    command.arg("--password-stdin");
                }
                self.run(command, asks)
            }
            (name, _) => {
                let mut command = Command::new(name);
                command.args(&words[1..]).current_dir(self.folder);
                self.run(command, false)
            }
        };
        assert!(
            is_as_told(expected, &told),
            "$ {line}\nthe tutorial says:\n{expected}\nit is:\n{told}"
        );
    }

    fn run(&self, mut command: Command, asks: bool) -> String {
        let mut child = command
            .env("LANG", self.lang)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        if asks {
            let mut input = child.stdin.take().expect("an input");
            std::io::Write::write_all(&mut input, format!("{}\n", self.password).as_bytes())
                .expect("it is read");
        }
        let output = child.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn serve(&mut self, given: &[String], expected: &str) {
        let given: Vec<&str> = given
            .iter()
            .map(String::as_str)
            .filter(|word| !matches!(*word, "--data" | "mine"))
            .collect();
        let server = Server::start_in(&self.folder.join("mine"), &given, self.lang);
        let told = server
            .banner
            .replace(&server.address.to_string(), "127.0.0.1:8080");
        let (shown, stopped) = match expected.split_once("^C") {
            Some((shown, _)) => (shown, true),
            None => (expected, false),
        };
        assert!(is_as_told(shown, &told), "{shown}\nit is:\n{told}");
        if stopped {
            let of_admin = told.lines().find(|line| line.contains("admin"));
            let password = of_admin.and_then(|line| line.rsplit([' ', '：']).next());
            password
                .expect("the administrator's password")
                .clone_into(&mut self.password);
            assert_eq!(server.stop(), 0);
        } else {
            self.server = Some(server);
        }
    }

    /// The scenario that explains scenarios in the notation is one of this pack.
    fn play_the_reference(&self) {
        let text = fs::read_to_string(root().join("docs/notation.md")).expect("the notation");
        let section = text.split("\n## Scenarios\n").nth(1).expect("its section");
        let story = blocks(section)
            .into_iter()
            .find(|block| block.kind == "text");
        let flows = self.folder.join("mine/packs/petty_cash/flows");
        let file = flows.join("reference.scenario");
        fs::write(&file, story.expect("a scenario").text).expect("written");
        let mut command = program();
        command.arg("test").arg(&file).current_dir(self.folder);
        let told = self.run(command, false);
        assert!(told.starts_with('✔'), "{told}");
    }

    /// Three people go from the empty cash box to the payment, as the tutorial says.
    async fn work(&self, language: Language) -> Any<()> {
        let mei = self.log_in("mei", language).await?;
        mei.begin("refill.fill", &[("h.sum", "500")]).await?;
        let lin = self.log_in("lin", language).await?;
        lin.sign_what_waits("500.00").await?;
        let chen = self.log_in("chen", language).await?;
        let claim = [
            ("h.reason", "打印纸"),
            ("l.1.what", "A4"),
            ("l.1.money", "86.5"),
        ];
        chen.begin("claim.fill", &claim).await?;
        lin.sign_what_waits("86.50").await?;
        mei.sign_what_waits("86.50").await?;
        mei.goto("/ledgers/petty_cash.cash").await?;
        mei.browser
            .wait_for_text("main", "413.50", PATIENCE)
            .await?;
        for desk in [mei, lin, chen] {
            desk.browser.close().await?;
        }
        Ok(())
    }

    /// Logs in with the first password and chooses another.
    async fn log_in(&self, login: &str, language: Language) -> Any<Desk> {
        let server = self.server.as_ref().ok_or("nothing is served")?;
        let first = fs::read_to_string(self.folder.join("first.csv"))?;
        let password = first
            .lines()
            .find_map(|line| line.strip_prefix(login)?.strip_prefix(','))
            .ok_or("no password")?;
        let desk = Desk {
            address: format!("http://{}", server.address),
            browser: Browser::start_with(Window::Desktop, language).await?,
        };
        desk.goto("").await?;
        desk.fill(&[("name", login), ("password", password)])
            .await?;
        desk.browser.press("Enter").await?;
        desk.browser.wait_for("#again", PATIENCE).await?;
        let own = "of my own choice";
        desk.fill(&[("old", password), ("password", own), ("again", own)])
            .await?;
        desk.browser.press("Enter").await?;
        desk.browser.wait_for("header.top", PATIENCE).await?;
        Ok(desk)
    }
}

/// Somebody's browser.
struct Desk {
    address: String,
    browser: Browser,
}

impl Desk {
    async fn goto(&self, path: &str) -> Any<()> {
        Ok(self
            .browser
            .goto(&format!("{}{path}", self.address))
            .await?)
    }

    /// Fills in inputs by their names.
    async fn fill(&self, typed: &[(&str, &str)]) -> Any<()> {
        for (name, text) in typed {
            self.browser.fill(&format!("[name='{name}']"), text).await?;
        }
        Ok(())
    }

    async fn sign(&self) -> Any<()> {
        self.browser.press("Control+Enter").await?;
        self.browser.wait_for(".toast", PATIENCE).await?;
        Ok(())
    }

    /// New → the slip that the step begins.
    async fn begin(&self, step: &str, typed: &[(&str, &str)]) -> Any<()> {
        self.goto("/").await?;
        let open = "document.querySelector('details.menu').open = true";
        self.browser.run(open).await?;
        self.browser.click(&format!("a[href*='{step}']")).await?;
        self.browser
            .wait_for(&format!("[name='{}']", typed[0].0), PATIENCE)
            .await?;
        self.fill(typed).await?;
        self.sign().await
    }

    /// Opens what waits in the inbox and signs it.
    async fn sign_what_waits(&self, shown: &str) -> Any<()> {
        self.goto("/").await?;
        self.browser
            .wait_for_text("#inbox", shown, PATIENCE)
            .await?;
        self.browser.click("#inbox tbody a").await?;
        self.browser.wait_for_address("/slips/", PATIENCE).await?;
        self.sign().await
    }
}

async fn played(paper: &str, lang: &str, language: Language) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(root().join(paper)).expect("the tutorial");
    let mut player = Player {
        folder: folder.path(),
        lang,
        password: String::new(),
        server: None,
    };
    for block in blocks(&text) {
        player.play(&block);
    }
    player.play_the_reference();
    player
        .work(language)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn browser_the_tutorial_is_true_in_english() {
    played("docs/tutorial.md", "C.UTF-8", Language::English).await;
}

#[tokio::test]
async fn browser_the_tutorial_is_true_in_chinese() {
    played("docs/tutorial.zh-CN.md", "zh_CN.UTF-8", Language::Chinese).await;
}

#[test]
fn what_may_differ_is_marked_and_nothing_else_differs() {
    assert!(is_as_told("a (… ms)\n", "a (12 ms)"));
    assert!(is_as_told(
        "  data  …/mine/x.db",
        "  data  /tmp/1/mine/x.db"
    ));
    assert!(!is_as_told("a (… ms)", "b (12 ms)"));
    assert!(!is_as_told("a", "a\nb"));
    assert!(!is_as_told("a…", "b"));
    assert_eq!(words("x --a \"b c\" 'd e'"), ["x", "--a", "b c", "d e"]);
}
