//! `inspection`: everything of a period as one archive that is checked without this program.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use kernel::Day;
use model::Label;
use print::Printer;
use seal::SecretKey;
use serde_json::json;
use store::StoreUrl;
use web::inspection::{Ask, Failed, Sources, write};

use crate::clock::now;
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::packs;
use crate::place::Where;
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The archive to write, which must not be there yet
    #[arg(value_name = "FILE.zip")]
    file: PathBuf,
    /// From this business day
    #[arg(long, value_name = "DAY")]
    from: Day,
    /// To this business day
    #[arg(long, value_name = "DAY")]
    to: Day,
    /// Slips of this flow only (gsp.purchase_inbound); may be given several times
    #[arg(long, value_name = "FLOW")]
    flow: Vec<String>,
    /// Leave out the printed forms
    #[arg(long)]
    no_prints: bool,
    /// Name of the organisation
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    #[command(flatten)]
    at: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Writes the archive under its name only when it is whole.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    if args.from > args.to {
        return Err(Stop::usage(
            "起始日期晚于截止日期",
            "the first day is after the last",
        ));
    }
    if args.file.exists() {
        let path = args.file.display();
        return Err(Stop::usage(
            format!("{path} 已存在"),
            format!("{path} is there already"),
        ));
    }
    let place = args.at.existing()?;
    let house = House::reading(&args.at)?;
    let catalog = house.catalog();
    let known: Vec<String> = catalog
        .packs()
        .iter()
        .flat_map(|pack| {
            pack.flows
                .iter()
                .map(move |flow| format!("{}.{}", pack.name, flow.name))
        })
        .collect();
    if let Some(flow) = args.flow.iter().find(|flow| !known.contains(flow)) {
        let known = known.join(", ");
        return Err(Stop::usage(
            format!("没有流程 {flow}；可用：{known}"),
            format!("there is no flow {flow}; there are: {known}"),
        ));
    }
    let key = match place.url {
        StoreUrl::Memory => SecretKey::passing(),
        _ => SecretKey::of_folder(&place.folder),
    };
    let key = key.map_err(Stop::file("reading", &place.folder.join(seal::KEY_FILE)))?;
    let name = args.company.as_deref().unwrap_or_default();
    let ask = Ask {
        from: args.from,
        to: args.to,
        flows: args.flow.clone(),
        prints: !args.no_prints,
        company: Label {
            zh: name.into(),
            en: name.into(),
        },
        papers: packs::papers(),
    };
    let progress = Progress::new(lang);
    let printer = Printer::new();
    let sources = Sources {
        store: &house.store,
        org: ORG,
        key: &key,
        printer: &printer,
        now: now(),
        progress: &|what, done| progress.report(what, done, 0),
    };
    let mut partial = args.file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let out = File::create(&partial).map_err(Stop::file("writing", &partial))?;
    let told = write(&sources, &ask, BufWriter::new(out)).map_err(|failed| match failed {
        Failed::Store(error) => Stop::from(error),
        Failed::Io(error) => Stop::other(error),
    })?;
    std::fs::rename(&partial, &args.file).map_err(Stop::file("writing", &args.file))?;
    progress.done();
    if args.json {
        let (slips, files, rows) = (told.slips, told.files, told.journal);
        line(
            json!({ "slips": slips, "files": files, "journal": rows, "key": told.key }).to_string(),
        );
        return Ok(());
    }
    let (slips, files, path, key) = (told.slips, told.files, args.file.display(), &told.key);
    line(say!(
        lang,
        "✔ {slips} 张单据、{files} 个文件已写入 {path}\n公钥指纹（请另行告知检查人员）：{key}",
        "✔ {slips} slips in {files} files written to {path}\nfingerprint of the key, to be told by another way: {key}"
    ));
    Ok(())
}
