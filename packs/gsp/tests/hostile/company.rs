//! A wholesaler in which a random clerk gets somewhere: few records that fit one another, and terms that end while he works.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Catalog;
use testkit::hostile::{Act, Company, first_day};

pub fn company(packs: &Catalog) -> Company {
    let mut company = Company::of(packs, first_day());
    company.records = records();
    let files = testkit::company::files(packs, &company.people, first_day());
    company.records.extend(files);
    company.words = ["A-01", "A-01", "A-02", "B1", "B1", "B2", "冷藏", "常温"]
        .map(Arc::from)
        .to_vec();
    company.likes = ["purchase_inbound.order.fill", "sales_out.bill.fill"]
        .map(|step| format!("gsp.{step}").into())
        .to_vec();
    company
}

/// Records in the order in which they may name one another: register, key, fields.
const RECORDS: &[(&str, &str, &[(&str, &str)])] = &[
    (
        "party",
        "S01",
        &[
            ("kind", "供货单位"),
            ("licence_until", "2027-06-30"),
            ("scope", "化学药制剂、中成药、生物制品（除疫苗）"),
        ],
    ),
    (
        "party",
        "K01",
        &[
            ("kind", "购货单位"),
            ("licence_until", "2028-12-31"),
            ("scope", "化学药制剂、生物制品"),
            ("credit_limit", "100000"),
        ],
    ),
    (
        "party",
        "K02",
        &[
            ("kind", "供货兼购货"),
            ("licence_until", "2026-09-30"),
            ("scope", "化学药制剂、中成药"),
            ("credit_limit", "100000"),
        ],
    ),
    (
        "qualification",
        "K01/采购人员授权/甲",
        &[
            ("name", "甲"),
            ("kind", "采购人员授权"),
            ("until", "2028-12-31"),
        ],
    ),
    (
        "qualification",
        "K02/采购人员授权/丙",
        &[
            ("name", "丙"),
            ("kind", "采购人员授权"),
            ("until", "2027-03-31"),
        ],
    ),
    (
        "item",
        "A001",
        &[
            ("name", "甲药"),
            ("storage", "常温"),
            ("class", "化学药制剂"),
        ],
    ),
    (
        "item",
        "B002",
        &[("name", "乙苗"), ("storage", "冷藏"), ("class", "生物制品")],
    ),
    (
        "item",
        "C003",
        &[
            ("name", "丙丸"),
            ("storage", "常温"),
            ("class", "中成药"),
            ("approval_until", "2026-12-31"),
        ],
    ),
    ("bin", "A-01", &[("name", "A-01"), ("storage", "常温")]),
    ("bin", "A-02", &[("name", "A-02"), ("storage", "常温")]),
    ("bin", "L-01", &[("name", "L-01"), ("storage", "冷藏")]),
];

fn records() -> Vec<Act> {
    let put = |(register, key, fields): &(&str, &str, &[(&str, &str)])| {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Act::PutRecord {
            register: format!("gsp.{register}").into(),
            key: (*key).into(),
            fields: fields.collect::<BTreeMap<_, _>>(),
            from: Some(first_day()),
        }
    };
    RECORDS.iter().map(put).collect()
}
