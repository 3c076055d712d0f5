//! `serve`: the server, and what it makes at its first start.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use engine::{Act, Person, SYSTEM};
use model::Label;
use notify::compose::Letterhead;
use notify::{Allow, Pace, Post};
use seal::SecretKey;
use store::StoreUrl;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use web::{App, Settings};

use crate::clock::now;
use crate::demo::{self, Logins, company};
use crate::house::{House, ORG};
use crate::keeper::Keeper;
use crate::lang::{Lang, say};
use crate::origin::{self, Origin};
use crate::place::{Place, Where};
use crate::secret;
use crate::stop::{Fault, Stop};
use crate::terminal::{Progress, line};
use crate::timer;

/// Arguments.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// At the first start make a demo company: one person per role and some weeks of work
    #[arg(long)]
    demo: bool,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Name of the organisation, on pages and printed forms
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// Address by which browsers reach this server, where it is another than the one it listens on:
    /// https://slips.example; used in mail, for passkeys, the identity provider and codes on paper. An https address has
    /// cookies sent over HTTPS only [env: COUNTERSIGN_PUBLIC_ORIGIN]
    #[arg(long, value_name = "URL")]
    public_origin: Option<Origin>,
    /// Send session cookies over HTTPS only; for use behind a TLS proxy
    #[arg(long)]
    secure: bool,
    /// Allow webhooks, mail and short messages to this host, host:port or network (10.1.0.0/16), which is not a public
    /// address; may be given several times
    #[arg(long, value_name = "HOST")]
    allow_target: Vec<notify::guard::Allowed>,
    /// Folder of backups by schedule [default: `backups` in the data folder]
    #[arg(long, value_name = "DIR")]
    backups: Option<PathBuf>,
    #[command(flatten)]
    at: Where,
}

impl Args {
    /// What the program does when it is started without arguments.
    pub fn demo() -> Args {
        Args {
            demo: true,
            ..Args::default()
        }
    }
}

/// What a first start made, for the banner.
enum First {
    /// Nothing: there are people already.
    Known,
    /// A demo company.
    Demo(Logins),
    /// One administrator: login, password.
    Administrator(String, String),
}

/// Serves until it is told to stop.
pub fn run(args: Args, lang: Lang) -> Result<(), Stop> {
    let place = args.at.place()?;
    let address = args
        .listen
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    // Before anything is made: a port that is taken must not leave a half-begun folder behind.
    let listener = TcpListener::bind(address).map_err(|source| Fault::Listen {
        address: address.to_string(),
        source,
    })?;
    let public = origin::public(args.public_origin.as_ref())?;
    let house = House::open(&place)?;
    let first = first_start(&house, &place, args.demo, lang)?;
    let address = listener.local_addr().unwrap_or(address);
    let company = company_name(&args, &first);
    let key = secret_key(&place)?;
    let oidc = crate::oidc::provider(&place.folder)?;
    let head = Letterhead {
        company: company.clone(),
        origin: public.as_ref().map_or("", Origin::as_str).to_owned(),
    };
    let outside = outside(&args, &place, &house, head, &key)?;
    let settings = Settings {
        secure_cookies: args.secure || public.as_ref().is_some_and(Origin::is_secure),
        public_origin: public.map(|origin| origin.as_str().to_owned()),
        print_worker: super::print_worker::command_line(),
        papers: crate::packs::papers(),
        secret_key: Some(key),
        oidc,
        ..Settings::new(company, Arc::new(now))
    };
    let reached = settings.public_origin.clone();
    serve(&house, listener, settings, outside, || {
        let addresses = (address, reached.as_deref());
        banner(&house, &place, addresses, &first, args.demo, lang)
    })?;
    line(lang.pick("已停止。", "stopped."));
    Ok(())
}

/// What goes on beside answering: the post, and the keeper of backups.
struct Outside {
    post: Post,
    keeper: Keeper,
}

/// The key of the data folder; what is kept nowhere has one that is kept nowhere.
fn secret_key(place: &Place) -> Result<Arc<SecretKey>, Stop> {
    let key = match place.url {
        StoreUrl::Memory => SecretKey::passing(),
        _ => SecretKey::of_folder(&place.folder),
    };
    key.map(Arc::new)
        .map_err(Stop::file("reading", &place.folder.join(seal::KEY_FILE)))
}

fn outside(
    args: &Args,
    place: &Place,
    house: &House,
    head: Letterhead,
    key: &Arc<SecretKey>,
) -> Result<Outside, Stop> {
    let alone = !matches!(place.url, StoreUrl::Postgres(_));
    let folder = args.backups.clone();
    Ok(Outside {
        post: Post {
            store: house.store.clone(),
            org: ORG,
            key: key.clone(),
            allow: Allow(args.allow_target.clone()),
            pace: Pace::default(),
            clock: Arc::new(now),
            head,
            node: notify::outbox::node_name().map_err(Stop::other)?,
            alone,
        },
        keeper: Keeper {
            store: house.store.clone(),
            folder: folder.unwrap_or_else(|| place.folder.join("backups")),
            alone,
        },
    })
}

fn company_name(args: &Args, first: &First) -> Label {
    let (zh, en) = match (&args.company, first) {
        (Some(name), _) => (name.as_str(), name.as_str()),
        (None, First::Demo(_)) => company::NAME,
        (None, _) => ("会签", "Countersign"),
    };
    Label {
        zh: zh.into(),
        en: en.into(),
    }
}

/// Makes the people of an empty store, and whatever an interrupted first start left undone.
fn first_start(house: &House, place: &Place, wants_demo: bool, lang: Lang) -> Result<First, Stop> {
    let people = house.people()?;
    if demo::is_demo(&place.folder) || (wants_demo && people.is_empty()) {
        if house.catalog().pack(gsp::NAME).is_none() {
            return Err(Stop::usage(
                "演示公司使用内置业务包 gsp，不能与自己的业务包一起建立",
                "the demo company works with the pack gsp, which is built in; it cannot be made with packs of your own",
            ));
        }
        let bar = Progress::new(lang);
        let logins = demo::make(house, &place.folder, &|done, of| {
            bar.report("prepare", done, of)
        })?;
        bar.done();
        return Ok(First::Demo(logins));
    }
    if people.is_empty() {
        let person = Person {
            login: "admin".into(),
            name: "系统管理员".into(),
            identity: "admin".into(),
            active: true,
            administrator: true,
            grants: Vec::new(),
            deputies: Vec::new(),
        };
        house.must(Act::Bootstrap {
            people: vec![person],
        })?;
    }
    // An administrator without a password can only be one whose first start was cut short.
    for person in house.people()? {
        let waits = person.administrator
            && person.active
            && house.store.credential(ORG, &person.login)?.is_none();
        if waits {
            let password = secret::generate()?;
            house
                .set_password(SYSTEM, &person.login, &password)?
                .map_err(Fault::Refused)?;
            return Ok(First::Administrator(person.login.to_string(), password));
        }
    }
    Ok(First::Known)
}

fn banner(
    house: &House,
    place: &Place,
    (address, reached): (SocketAddr, Option<&str>),
    first: &First,
    wants_demo: bool,
    lang: Lang,
) -> Result<(), Stop> {
    let data = match &place.url {
        StoreUrl::Sqlite(file) => absolute(file).display().to_string(),
        other => other.to_string(),
    };
    line("");
    line(say!(
        lang,
        "  会签 Countersign 已启动",
        "  Countersign is running"
    ));
    line(say!(
        lang,
        "  网址    http://{address}/",
        "  address   http://{address}/"
    ));
    if let Some(reached) = reached {
        line(say!(lang, "  对外    {reached}/", "  public    {reached}/"));
    }
    line(say!(lang, "  数据    {data}", "  data      {data}"));
    match first {
        First::Demo(logins) => {
            line(lang.pick(
                "  演示公司的账号（密码只属于此数据文件夹）：",
                "  log-ins of the demo company (passwords of this data folder alone):",
            ));
            tell_logins(house, logins, lang)?;
        }
        First::Administrator(login, password) => {
            line(say!(
                lang,
                "  系统管理员 {login} 的密码（只显示这一次）：{password}",
                "  password of the administrator {login} (shown this once): {password}"
            ));
        }
        First::Known if wants_demo => line(lang.pick(
            "  此数据已有单位，--demo 不作用",
            "  there is a company in this data already; --demo makes none",
        )),
        First::Known => {}
    }
    line(lang.pick("  停止    Ctrl-C", "  stop      Ctrl-C"));
    line("");
    Ok(())
}

/// Login, password, name and role of each, in the order in which a purchase passes through their hands.
fn tell_logins(house: &House, logins: &Logins, lang: Lang) -> Result<(), Stop> {
    let catalog = house.catalog();
    let people = house.people()?;
    let order = company::PEOPLE
        .iter()
        .map(|(login, _)| *login)
        .chain(company::OTHERS.iter().map(|(login, ..)| *login))
        .chain([company::ADMINISTRATOR.0]);
    for login in order {
        let Some(password) = logins.get(login) else {
            continue;
        };
        let Some(person) = people.iter().find(|person| &*person.login == login) else {
            continue;
        };
        let roles = person.grants.iter().filter_map(|grant| {
            let (pack, role) = grant.role.split_once('.')?;
            let (_, role) = catalog.pack(pack)?.role(role)?;
            Some(lang.label(&role.label).to_owned())
        });
        let mut roles: Vec<String> = roles.collect();
        if person.administrator {
            roles.push(lang.pick("系统管理员", "Administrator").to_owned());
        }
        line(format!(
            "    {login:<6} {password}  {} {}",
            person.name,
            roles.join(", ")
        ));
    }
    Ok(())
}

fn absolute(path: &std::path::Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Listens until a signal says stop; then answers what is under way, and no more. `ready` is told once a signal is heard.
fn serve(
    house: &House,
    listener: TcpListener,
    settings: Settings,
    outside: Outside,
    ready: impl FnOnce() -> Result<(), Stop>,
) -> Result<(), Stop> {
    listener.set_nonblocking(true).map_err(Stop::other)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Stop::other)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(Stop::other)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Stop::other)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Stop::other)?;
        let app = App::new(house.store.clone(), ORG, settings);
        let (stop, stopped) = watch::channel(false);
        let ticker = tokio::spawn(timer::tick(house.store.clone(), stopped.clone()));
        let post = tokio::spawn(outside.post.run(stopped.clone()));
        let keeper = tokio::spawn(outside.keeper.tend(stopped));
        ready()?;
        let asked = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        let served = web::serve(app, listener, asked).await;
        let _ = stop.send(true);
        // A ticker that failed has said so itself.
        let _ = ticker.await;
        let _ = post.await;
        let _ = keeper.await;
        served.map_err(|error| Stop::other(format!("listening failed: {error}")))
    })
}
