//! The demo company: its people, the goods it deals in, its suppliers. None of them exists.

use std::sync::Arc;

use engine::{Grant, Person};
use kernel::Day;

use crate::purchase::ROLES;

/// What the company is called, in Chinese and in English.
pub const NAME: (&str, &str) = ("示例医药有限公司", "Example Pharmaceuticals Ltd");

/// Login and name of everyone but the administrator, in the order of the roles of the purchase flow.
pub const PEOPLE: [(&str, &str); 6] = [
    ("wang", "王内勤"),
    ("li", "李经理"),
    ("zhao", "赵收货"),
    ("qian", "钱质管"),
    ("sun", "孙验收"),
    ("zhou", "周保管"),
];

/// Login, name and role of those who do what is not a purchase.
pub const OTHERS: [(&str, &str, &str); 15] = [
    ("feng", "冯采购", "gsp.purchaser"),
    ("jiang", "蒋销售", "gsp.salesperson"),
    ("zheng", "郑业务", "gsp.sales_agent"),
    ("he", "何内勤", "gsp.sales_clerk"),
    ("cao", "曹经理", "gsp.sales_manager"),
    ("lv", "吕财务", "gsp.finance"),
    ("hua", "华开票", "gsp.billing_clerk"),
    ("shi", "施复核", "gsp.checker"),
    ("zeng", "曾主管", "gsp.warehouse_manager"),
    ("wei", "卫部长", "gsp.quality_department"),
    ("yan", "严养护", "gsp.maintainer"),
    ("shen", "沈人事", "gsp.personnel"),
    ("you", "尤运输", "gsp.dispatcher"),
    // What differs when stock is taken is counted again by another keeper.
    ("xu", "许保管", "gsp.keeper"),
    // How stock is valued is filled in by one of finance and approved by another.
    ("kong", "孔财务", "gsp.finance"),
];

/// Login and name of the administrator.
pub const ADMINISTRATOR: (&str, &str) = ("admin", "系统管理员");

/// Everyone: one person per role, a second keeper, a second one of finance, and the administrator.
pub fn people() -> Vec<Person> {
    let clerk = |at: usize, (login, name): (&str, &str), role: &str| Person {
        login: login.into(),
        name: name.into(),
        identity: format!("DEMO-{:03}", at + 1).into(),
        active: true,
        administrator: false,
        grants: vec![Grant {
            role: role.into(),
            scope: Arc::from(""),
            from: None,
            until: None,
        }],
        deputies: Vec::new(),
    };
    let mut people: Vec<Person> = PEOPLE
        .into_iter()
        .enumerate()
        .map(|(at, one)| clerk(at, one, ROLES[at]))
        .collect();
    let others = OTHERS.into_iter().enumerate();
    people.extend(
        others.map(|(at, (login, name, role))| clerk(PEOPLE.len() + at, (login, name), role)),
    );
    people.push(Person {
        login: ADMINISTRATOR.0.into(),
        name: ADMINISTRATOR.1.into(),
        identity: "DEMO-000".into(),
        active: true,
        administrator: true,
        grants: Vec::new(),
        deputies: Vec::new(),
    });
    people
}

/// An item. The approval numbers carry the year 2099, so that none of them can be a real one.
pub struct Item {
    /// Code.
    pub code: &'static str,
    /// Generic name.
    pub name: &'static str,
    /// Dosage form.
    pub form: &'static str,
    /// Specification.
    pub specification: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Approval number.
    pub approval: &'static str,
    /// Index of the manufacturer.
    pub manufacturer: usize,
    /// How it is stored.
    pub storage: &'static str,
    /// Usual price in fen.
    pub price_fen: i64,
}

/// The bin of the cold store in which cold goods wait for inspection.
pub const COLD_WAITING: &str = "L-00-01";

/// Manufacturers.
pub const MANUFACTURERS: [&str; 6] = [
    "示例第一制药有限公司",
    "示例华北药业股份有限公司",
    "示例生物制品有限公司",
    "示例中药饮片有限公司",
    "示例滨江制药有限公司",
    "示例康泰药业有限公司",
];

/// Writes the list of items as a table.
macro_rules! items {
    ($(($code:literal, $name:literal, $form:literal, $specification:literal, $unit:literal, $approval:literal, $manufacturer:literal, $storage:literal, $price_fen:literal),)*) => {
        [$(Item {
            code: $code,
            name: $name,
            form: $form,
            specification: $specification,
            unit: $unit,
            approval: $approval,
            manufacturer: $manufacturer,
            storage: $storage,
            price_fen: $price_fen,
        },)*]
    };
}

/// What the company deals in.
#[rustfmt::skip]
pub const ITEMS: [Item; 25] = items![
    ("YP0001", "阿莫西林胶囊", "胶囊剂", "0.25g×24粒", "盒", "国药准字H20990001", 0, "阴凉", 860),
    ("YP0002", "头孢克肟分散片", "片剂", "0.1g×6片", "盒", "国药准字H20990002", 0, "阴凉", 1_480),
    ("YP0003", "布洛芬缓释胶囊", "胶囊剂", "0.3g×20粒", "盒", "国药准字H20990003", 4, "常温", 1_250),
    ("YP0004", "盐酸二甲双胍片", "片剂", "0.5g×48片", "盒", "国药准字H20990004", 1, "常温", 1_730),
    ("YP0005", "苯磺酸氨氯地平片", "片剂", "5mg×28片", "盒", "国药准字H20990005", 4, "常温", 2_360),
    ("YP0006", "阿托伐他汀钙片", "片剂", "20mg×7片", "盒", "国药准字H20990006", 5, "常温", 1_890),
    ("YP0007", "奥美拉唑肠溶胶囊", "胶囊剂", "20mg×14粒", "盒", "国药准字H20990007", 5, "阴凉", 1_120),
    ("YP0008", "蒙脱石散", "散剂", "3g×10袋", "盒", "国药准字H20990008", 0, "常温", 1_680),
    ("YP0009", "氯雷他定片", "片剂", "10mg×6片", "盒", "国药准字H20990009", 4, "常温", 980),
    ("YP0010", "硝苯地平控释片", "片剂", "30mg×7片", "盒", "国药准字H20990010", 1, "阴凉", 2_740),
    ("YP0011", "缬沙坦胶囊", "胶囊剂", "80mg×7粒", "盒", "国药准字H20990011", 1, "常温", 2_150),
    ("YP0012", "左氧氟沙星氯化钠注射液", "注射剂", "100ml:0.5g", "瓶", "国药准字H20990012", 1, "常温", 1_340),
    ("YP0013", "葡萄糖注射液", "注射剂", "500ml:25g", "袋", "国药准字H20990013", 1, "常温", 320),
    ("YP0014", "氯化钠注射液", "注射剂", "250ml:2.25g", "袋", "国药准字H20990014", 1, "常温", 260),
    ("YP0015", "注射用头孢曲松钠", "注射剂", "1.0g", "支", "国药准字H20990015", 0, "阴凉", 540),
    ("YP0016", "门冬胰岛素注射液", "注射剂", "3ml:300单位", "支", "国药准字S20990016", 2, "冷藏", 6_480),
    ("YP0017", "甘精胰岛素注射液", "注射剂", "3ml:300单位", "支", "国药准字S20990017", 2, "冷藏", 13_260),
    ("YP0018", "重组人干扰素α2b注射液", "注射剂", "1ml:300万单位", "支", "国药准字S20990018", 2, "冷藏", 3_850),
    ("YP0019", "双歧杆菌三联活菌散", "散剂", "1g×6包", "盒", "国药准字S20990019", 2, "冷藏", 2_290),
    ("YP0020", "复方丹参滴丸", "滴丸剂", "27mg×180丸", "瓶", "国药准字Z20990020", 3, "常温", 2_680),
    ("YP0021", "连花清瘟胶囊", "胶囊剂", "0.35g×24粒", "盒", "国药准字Z20990021", 3, "常温", 1_390),
    ("YP0022", "六味地黄丸", "丸剂", "200丸", "瓶", "国药准字Z20990022", 3, "常温", 1_560),
    ("YP0023", "板蓝根颗粒", "颗粒剂", "10g×20袋", "袋", "国药准字Z20990023", 3, "常温", 1_180),
    ("YP0024", "速效救心丸", "滴丸剂", "40mg×150粒", "盒", "国药准字Z20990024", 3, "常温", 3_320),
    ("YP0025", "藿香正气口服液", "合剂", "10ml×10支", "盒", "国药准字Z20990025", 5, "阴凉", 1_450),
];

/// A supplier.
pub struct Partner {
    /// Code.
    pub code: &'static str,
    /// Name.
    pub name: &'static str,
    /// Number of the drug trading licence.
    pub licence: &'static str,
    /// Days from today until it ends; negative: it has ended.
    pub licence_days: i64,
    /// Scope of business.
    pub scope: &'static str,
    /// Address.
    pub address: &'static str,
    /// Contact and telephone.
    pub contact: (&'static str, &'static str),
    /// Positions in [`ITEMS`] of what it sells.
    pub sells: &'static [usize],
}

#[rustfmt::skip]
/// Suppliers. The sixth one's licence ends soon, the last one's has ended: no order to it is accepted.
pub const PARTNERS: [Partner; 8] = [
    Partner { code: "GY001", name: "示例华东医药批发有限公司", licence: "示AA0990001", licence_days: 1_120, scope: "化学药制剂、抗生素制剂、中成药、生化药品", address: "示例省滨江市开发大道1号", contact: ("陈示例", "000-00000001"), sells: &[0, 1, 2, 6, 7, 8, 19, 20, 21, 22, 24] },
    Partner { code: "GY002", name: "示例华北药业销售有限公司", licence: "示AA0990002", licence_days: 860, scope: "化学药制剂、抗生素制剂", address: "示例省平原市工业路22号", contact: ("刘示例", "000-00000002"), sells: &[3, 9, 10, 11, 12, 13, 14, 0] },
    Partner { code: "GY003", name: "示例生物制品配送有限公司", licence: "示AA0990003", licence_days: 640, scope: "生物制品、冷藏冷冻药品", address: "示例省滨江市冷链园区6号", contact: ("黄示例", "000-00000003"), sells: &[15, 16, 17, 18] },
    Partner { code: "GY004", name: "示例中药有限公司", licence: "示AA0990004", licence_days: 1_480, scope: "中成药、中药饮片", address: "示例省药都市药材街88号", contact: ("许示例", "000-00000004"), sells: &[19, 20, 21, 22, 23, 24] },
    Partner { code: "GY005", name: "示例滨江制药有限公司", licence: "示AA0990005", licence_days: 300, scope: "化学药制剂", address: "示例省滨江市江北路9号", contact: ("何示例", "000-00000005"), sells: &[2, 4, 8, 5, 6] },
    Partner { code: "GY006", name: "示例康泰药业有限公司", licence: "示AA0990006", licence_days: 19, scope: "化学药制剂、中成药", address: "示例省康宁市南环路3号", contact: ("吕示例", "000-00000006"), sells: &[5, 6, 24, 7, 20] },
    Partner { code: "GY007", name: "示例西南医药有限公司", licence: "示AA0990007", licence_days: 95, scope: "化学药制剂、抗生素制剂、中成药", address: "示例省山城市渝中街17号", contact: ("施示例", "000-00000007"), sells: &[0, 1, 9, 14, 21, 22, 11] },
    Partner { code: "GY008", name: "示例旧城医药站", licence: "示AA0990008", licence_days: -12, scope: "中成药", address: "示例省旧城市老街5号", contact: ("张示例", "000-00000008"), sells: &[21, 23] },
];

/// A barcode of the kind that companies give out themselves, so that it is nobody's: prefix 020, the digits of the code,
/// the check digit.
fn gtin(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    (0..10)
        .map(|check| format!("020{digits:0>10}{check}"))
        .find(|gtin| kernel::gs1::lint("csum", gtin).is_ok())
        .unwrap_or_default()
}

/// A 统一社会信用代码 of a region that does not exist, with both of its check characters.
fn credit_code(at: usize) -> String {
    const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let two = CHARACTERS
        .chars()
        .flat_map(|one| CHARACTERS.chars().map(move |two| (one, two)));
    two.map(|(one, two)| format!("91990000MA{at:06}{one}{two}"))
        .find(|code| kernel::proof::is_credit_code(code))
        .unwrap_or_default()
}

/// Positions in [`ITEMS`] of those whose trace codes are collected.
const TRACED: [usize; 3] = [4, 9, 19];

/// How the trace codes of an item begin; nothing where they are not collected. The first digit is one that no real code has.
pub fn code_prefix(item: usize) -> Option<String> {
    TRACED.contains(&item).then(|| format!("99{:05}", item + 1))
}

/// Trace codes of an item from the `first` one on.
pub fn trace_codes(item: usize, first: i64, count: i64) -> Vec<String> {
    let prefix = code_prefix(item).into_iter();
    let of = |prefix: String| (first..first + count).map(move |at| format!("{prefix}{at:013}"));
    prefix.flat_map(of).collect()
}

/// Fields of an item's record.
pub fn item_fields(item: &Item) -> Vec<(&'static str, String)> {
    let manufacturer = MANUFACTURERS[item.manufacturer];
    let at = ITEMS.iter().position(|one| one.code == item.code);
    let prefix = at.and_then(code_prefix);
    let traced = prefix.is_some();
    let mut fields = vec![
        ("name", item.name.to_owned()),
        ("generic_name", item.name.to_owned()),
        ("dosage_form", item.form.to_owned()),
        ("specification", item.specification.to_owned()),
        ("unit", item.unit.to_owned()),
        (
            "per_case",
            if item.unit == "盒" { "60" } else { "24" }.to_owned(),
        ),
        ("gtin", gtin(item.code)),
        ("approval_number", item.approval.to_owned()),
        ("manufacturer", manufacturer.to_owned()),
        ("marketing_holder", manufacturer.to_owned()),
        ("storage", item.storage.to_owned()),
        ("class", class(item).to_owned()),
        ("trace", if traced { "须采集" } else { "不采集" }.to_owned()),
    ];
    fields.extend(prefix.map(|prefix| ("code_small", prefix)));
    fields
}

/// The bins of the three stores, with the condition that each keeps: 常温 `C-01-01`, 阴凉 `Y-01-01`, 冷藏 `L-01-01`.
pub fn bins() -> Vec<(String, Vec<(&'static str, String)>)> {
    let mut all = Vec::new();
    for (zone, storage) in [("C", "常温"), ("Y", "阴凉"), ("L", "冷藏")] {
        for rack in 1..=12 {
            for place in 1..=4 {
                let name = format!("{storage}库 {rack} 架 {place} 位");
                let fields = vec![("name", name), ("storage", storage.to_owned())];
                all.push((format!("{zone}-{rack:02}-{place:02}"), fields));
            }
        }
    }
    all
}

/// The class that the letter of the approval number stands for.
pub fn class(item: &Item) -> &'static str {
    if item.approval.contains("字S") {
        "生物制品"
    } else if item.approval.contains("字Z") {
        "中成药"
    } else {
        "化学药制剂"
    }
}

/// A customer: code, name, scope of business, his purchaser, credit limit of a bill in yuan.
pub type Customer = (&'static str, &'static str, &'static str, &'static str, i64);

/// Customers. The second may buy no biological products.
pub const CUSTOMERS: [Customer; 3] = [
    (
        "KH001",
        "示例城南医院",
        "化学药制剂、中成药、生物制品",
        "周示例",
        300_000,
    ),
    (
        "KH002",
        "示例便民大药房",
        "化学药制剂、中成药",
        "钱示例",
        80_000,
    ),
    ("KH003", "示例康宁诊所", "化学药制剂", "孙示例", 40_000),
];

/// Fields of a customer's record, as of a day.
pub fn customer_fields(customer: &Customer, today: Day) -> Vec<(&'static str, String)> {
    let (_, name, scope, ..) = customer;
    vec![
        ("name", (*name).to_owned()),
        ("kind", "购货单位".to_owned()),
        ("licence_until", ends(today)),
        ("scope", (*scope).to_owned()),
        ("credit_limit", customer.4.to_string()),
    ]
}

/// Key and fields of the authorisation of a customer's purchaser.
pub fn purchaser_fields(customer: &Customer, today: Day) -> (String, Vec<(&'static str, String)>) {
    let (code, name, _, person, _) = customer;
    let fields = vec![
        ("name", format!("{name} {person}")),
        ("kind", "采购人员授权".to_owned()),
        ("until", ends(today)),
    ];
    (format!("{code}/采购人员授权/{person}"), fields)
}

/// A year from today.
fn ends(today: Day) -> String {
    today.plus_days(365).unwrap_or(today).to_string()
}

/// Fields of a supplier's record, as of a day.
pub fn partner_fields(at: usize, partner: &Partner, today: Day) -> Vec<(&'static str, String)> {
    let day = |days: i64| today.plus_days(days).unwrap_or(today).to_string();
    vec![
        ("name", partner.name.to_owned()),
        ("licence_number", partner.licence.to_owned()),
        ("licence_until", day(partner.licence_days)),
        ("business_licence", credit_code(at + 1)),
        ("scope", partner.scope.to_owned()),
        ("quality_agreement_until", day(partner.licence_days.max(30))),
        ("address", partner.address.to_owned()),
        ("contact", partner.contact.0.to_owned()),
        ("telephone", partner.contact.1.to_owned()),
        ("bank", "示例银行滨江支行".to_owned()),
    ]
}
