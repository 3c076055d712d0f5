//! What the demo company has on file beside goods and partners: its staff, its carrier, its zones and their monitors.

use kernel::Day;

use super::company::people;

/// Login, post, schooling, subject, days until the health check runs out, whether trained for cold goods.
type File = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    bool,
);

/// What is on file of those who sign steps that ask for it. One health check is about to run out.
#[rustfmt::skip]
const FILES: [File; 14] = [
    ("wang",  "采购", "大专", "药学", 230, false),
    ("zhao",  "收货", "高中", "其他", 150, true),
    ("qian",  "质量管理", "本科", "药学", 190, true),
    ("sun",   "验收", "本科", "中药学", 260, true),
    ("zhou",  "储存", "中专", "药学", 120, true),
    ("feng",  "采购", "本科", "医学", 210, false),
    ("jiang", "销售", "大专", "其他", 240, false),
    ("zheng", "销售", "大专", "药学", 160, false),
    ("he",    "销售", "高中", "其他", 170, false),
    ("shi",   "复核", "中专", "药学", 200, true),
    ("wei",   "质量管理部门负责人", "本科", "药学", 140, false),
    ("yan",   "养护", "中专", "生物", 18, true),
    ("you",   "运输", "高中", "其他", 220, true),
    ("xu",    "储存", "高中", "其他", 180, true),
];

/// A record to be put: register, key, fields.
type Put = (&'static str, String, Vec<(&'static str, String)>);

/// The files of the staff: qualification, health and training of each, as of a day.
pub fn staff(today: Day) -> Vec<Put> {
    let ahead = |days: i64| today.plus_days(days).unwrap_or(today).to_string();
    let people = people();
    let mut out = Vec::new();
    for (login, post, schooling, subject, health, cold) in FILES {
        let person = people.iter().find(|person| &*person.login == login);
        let name = person.map_or(login, |person| &person.name);
        let mut fields = vec![
            ("name", name.to_owned()),
            ("post", post.to_owned()),
            ("schooling", schooling.to_owned()),
            ("subject", subject.to_owned()),
            ("health", "合格".to_owned()),
            ("health_until", ahead(health)),
        ];
        if post == "质量管理部门负责人" {
            fields.push(("pharmacist_until", ahead(700)));
            fields.push(("years", "8".to_owned()));
        }
        out.push(("gsp.staff", login.to_owned(), fields));
        let kinds: &[&str] = if cold {
            &["岗位", "冷藏冷冻"]
        } else {
            &["岗位"]
        };
        for kind in kinds {
            let fields = vec![
                ("name", format!("{name} {kind}")),
                ("person", login.to_owned()),
                ("kind", (*kind).to_owned()),
                ("score", "92".to_owned()),
                ("until", ahead(health + 60)),
            ];
            out.push(("gsp.training", format!("{login}/{kind}"), fields));
        }
    }
    out
}

/// The carrier with its vehicles, the monitors, and the zones that they measure, as of a day.
pub fn house(today: Day) -> Vec<Put> {
    let ahead = |days: i64| today.plus_days(days).unwrap_or(today).to_string();
    let put = |register: &'static str, key: &str, fields: &[(&'static str, &str)]| -> Put {
        let fields = fields
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned()));
        (register, key.to_owned(), fields.collect())
    };
    let (year, soon) = (ahead(250), ahead(25));
    let mut out = vec![
        put(
            "gsp.carrier",
            "CY001",
            &[
                ("name", "示例物流有限公司"),
                ("audited_until", &year),
                ("agreement", "YSXY-001"),
                ("agreement_until", &year),
            ],
        ),
        put(
            "gsp.equipment",
            "WSD-01",
            &[
                ("name", "温湿度监测主机"),
                ("kind", "监测系统"),
                ("place", "1号库"),
                ("valid_until", &soon),
            ],
        ),
    ];
    for (plate, kind) in [("示A00001", "普通车"), ("示A00002", "冷藏车")] {
        let name = format!("{plate} {kind}");
        out.push(put(
            "gsp.vehicle",
            plate,
            &[
                ("name", &name),
                ("carrier_code", "CY001"),
                ("kind", kind),
                ("validated_until", &year),
            ],
        ));
    }
    out.push(put(
        "gsp.bin",
        super::company::COLD_WAITING,
        &[
            ("name", "冷库待验区"),
            ("storage", "冷藏"),
            ("goods", "药品"),
        ],
    ));
    for (code, name, storage) in [
        ("C", "常温库", "常温"),
        ("Y", "阴凉库", "阴凉"),
        ("L", "冷库", "冷藏"),
    ] {
        out.push(put(
            "gsp.zone",
            code,
            &[
                ("name", name),
                ("storage", storage),
                ("monitor", "WSD-01"),
                ("validated_until", &year),
            ],
        ));
    }
    out
}
