//! `show`: a pack, or one of its flows as text or as a drawing.

use std::path::Path;
use std::sync::Arc;

use model::{Flow, Ledger, Pack};
use pack::Language;

use crate::commands::refusals;
use crate::lang::{Lang, say};
use crate::packs;
use crate::stop::Stop;
use crate::terminal::line;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of a pack built in, or a pack's folder
    #[arg(value_name = "PACK", required_unless_present = "refusals")]
    pack: Option<String>,
    /// Name of a flow; without it the pack as a whole
    #[arg(value_name = "FLOW")]
    flow: Option<String>,
    /// The flow as an SVG drawing
    #[arg(long)]
    svg: bool,
    /// The flow as BPMN 2.0, for other modelling tools
    #[arg(long, conflicts_with = "svg")]
    bpmn: bool,
    /// The pack as a page of reference in Markdown
    #[arg(long, conflicts_with_all = ["flow", "svg", "bpmn", "refusals"])]
    reference: bool,
    /// Every refusal with its code and its sentence in both languages, in Markdown; of all packs built in unless one is named
    #[arg(long, conflicts_with_all = ["flow", "svg", "bpmn"])]
    refusals: bool,
}

/// Shows.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    if args.refusals {
        let packs = match &args.pack {
            Some(name) => vec![find_pack(name)?],
            None => packs::embedded()?.packs().to_vec(),
        };
        line(refusals::page(&packs).trim_end());
        return Ok(());
    }
    let pack = find_pack(args.pack.as_deref().unwrap_or_default())?;
    let flow = match (&args.flow, pack.flows.as_slice()) {
        (Some(name), _) => Some(find_flow(&pack, name)?),
        // A drawing is of one flow; where there is only one it needs no name.
        (None, [only]) if args.svg || args.bpmn => Some(only),
        (None, _) if args.svg || args.bpmn => {
            let (names, option) = (names(&pack), if args.svg { "--svg" } else { "--bpmn" });
            return Err(Stop::usage(
                format!("{option} 需要流程名：{names}"),
                format!("{option} needs a flow: {names}"),
            ));
        }
        (None, _) => None,
    };
    let language = lang.of_packs();
    if args.reference {
        line(pack::show_reference(&pack, language).trim_end());
        return Ok(());
    }
    let shown = match flow {
        Some(flow) if args.svg => {
            pack::show_svg(&pack, &flow.name, language, None).map(|drawing| alone(&drawing))
        }
        Some(flow) if args.bpmn => pack::show_bpmn(&pack, &flow.name, language),
        Some(flow) => pack::show_text(&pack, &flow.name, language),
        None => {
            Writer { pack: &pack, lang }.pack();
            return Ok(());
        }
    };
    line(shown.unwrap_or_default().trim_end());
    Ok(())
}

fn find_pack(name: &str) -> Result<Arc<Pack>, Stop> {
    let catalog = packs::embedded()?;
    if let Some(pack) = catalog.pack(name) {
        return Ok(pack.clone());
    }
    if Path::new(name).exists() {
        let read = packs::in_folder(Path::new(name))?;
        return read.pack.map(Arc::new).ok_or_else(|| {
            let complaints = pack::Complaints(read.complaints);
            let [zh, en] = [Language::Zh, Language::En].map(|language| complaints.told(language));
            Stop::usage(
                format!("{name} 中的业务包有误：\n{zh}"),
                format!("the pack in {name} has mistakes:\n{en}"),
            )
        });
    }
    let names: Vec<&str> = catalog.packs().iter().map(|pack| &*pack.name).collect();
    let names = names.join(", ");
    Err(Stop::usage(
        format!("没有业务包 {name:?}；可用：{names}，或业务包文件夹"),
        format!("there is no pack {name:?}; there are: {names}, or name a pack's folder"),
    ))
}

fn find_flow<'a>(pack: &'a Pack, name: &str) -> Result<&'a Flow, Stop> {
    pack.flow(name).map(|(_, flow)| flow).ok_or_else(|| {
        let names = names(pack);
        Stop::usage(
            format!("没有流程 {name:?}；可用：{names}"),
            format!("there is no flow {name:?}; there are: {names}"),
        )
    })
}

fn names(pack: &Pack) -> String {
    let names: Vec<&str> = pack.flows.iter().map(|flow| &*flow.name).collect();
    names.join(", ")
}

/// Writes a pack for people.
struct Writer<'a> {
    pack: &'a Pack,
    lang: Lang,
}

impl Writer<'_> {
    fn pack(&self) {
        let Pack { name, version, .. } = self.pack;
        let label = self.lang.label(&self.pack.label);
        let version = &version[..version.len().min(12)];
        line(say!(
            self.lang,
            "{label} {name}（版本 {version}）",
            "{label} {name} (version {version})"
        ));
        self.list(
            "岗位",
            "Roles",
            self.pack
                .roles
                .iter()
                .map(|role| (&*role.name, self.lang.label(&role.label).to_owned())),
        );
        self.list(
            "台账",
            "Registers",
            self.pack.registers.iter().map(|register| {
                let fields: Vec<&str> = register
                    .fields
                    .iter()
                    .map(|field| self.lang.label(&field.label))
                    .collect();
                (
                    &*register.name,
                    format!(
                        "{}: {}",
                        self.lang.label(&register.label),
                        fields.join(", ")
                    ),
                )
            }),
        );
        self.list(
            "账",
            "Ledgers",
            self.pack
                .ledgers
                .iter()
                .map(|ledger| (&*ledger.name, self.ledger(ledger))),
        );
        self.list(
            "参数",
            "Parameters",
            self.pack.parameters.iter().map(|parameter| {
                let rows: Vec<String> = parameter
                    .rows
                    .iter()
                    .map(|row| format!("{} {} {}", row.from, row.key, row.value))
                    .collect();
                (
                    &*parameter.name,
                    format!("{}: {}", self.lang.label(&parameter.label), rows.join("; ")),
                )
            }),
        );
        self.list(
            "流程",
            "Flows",
            self.pack.flows.iter().map(|flow| {
                let steps = flow.steps.len();
                let label = self.lang.label(&flow.label);
                (
                    &*flow.name,
                    say!(
                        self.lang,
                        "{label}（{steps} 个环节）",
                        "{label} ({steps} steps)"
                    ),
                )
            }),
        );
    }

    fn list<'l>(&self, zh: &str, en: &str, entries: impl Iterator<Item = (&'l str, String)>) {
        let entries: Vec<(&str, String)> = entries.collect();
        if entries.is_empty() {
            return;
        }
        line("");
        line(self.lang.pick(zh, en));
        let width = entries
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or(0);
        for (name, about) in entries {
            line(format!("  {name:width$}  {about}"));
        }
    }

    fn ledger(&self, ledger: &Ledger) -> String {
        let places: Vec<String> = ledger
            .places
            .iter()
            .map(|place| {
                let label = self.lang.label(&place.label);
                if place.open {
                    format!("({label})")
                } else {
                    label.to_owned()
                }
            })
            .collect();
        let by = if ledger.by.is_empty() {
            String::new()
        } else {
            format!(" [{}]", ledger.by.join(" "))
        };
        format!(
            "{}, {}{by}: {}",
            self.lang.label(&ledger.label),
            ledger.unit.name(),
            places.join(" ")
        )
    }
}

/// Type of a drawing that stands alone; the drawing takes its font from where it stands.
const FONT: &str = " style=\"font:14px 'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif\"";

fn alone(drawing: &str) -> String {
    let named = if drawing.contains("xmlns=") {
        ""
    } else {
        " xmlns=\"http://www.w3.org/2000/svg\""
    };
    drawing.replacen("<svg", &format!("<svg{named}{FONT}"), 1)
}
