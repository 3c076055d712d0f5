//! Changes of what is on record that the demo company asks for: some are approved, one comes back, one waits.

use engine::Act;

use super::acting::{Acting, line};
use super::company::{ITEMS, OTHERS, PARTNERS, PEOPLE};
use crate::purchase::Shown;
use crate::stop::Stop;

const QUALITY: &str = PEOPLE[3].0;
const HEAD_OF_QUALITY: &str = OTHERS[9].0;

/// One of them: kind of record, its key, why, field, new value.
type Change = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CHANGES: [Change; 4] = [
    (
        "item",
        ITEMS[1].code,
        "说明书更新，补录产地",
        "origin",
        "示例省滨江市",
    ),
    (
        "party",
        PARTNERS[0].code,
        "供货单位来函变更联系电话",
        "telephone",
        "000-00000018",
    ),
    (
        "item",
        ITEMS[2].code,
        "仓储建议改为阴凉储存",
        "storage",
        "阴凉",
    ),
    (
        "party",
        PARTNERS[1].code,
        "供货单位来函变更地址，附变更后的许可证",
        "address",
        "示例省平原市工业路24号",
    ),
];

/// How far they have come.
#[derive(Default)]
pub struct Changes {
    asked: usize,
    open: Option<Shown>,
}

impl Changes {
    /// The next one is asked for.
    pub fn asks(&mut self, act: &mut Acting<'_, '_>) -> Result<(), Stop> {
        let Some((kind, code, reason, field, becomes)) = CHANGES.get(self.asked) else {
            return Ok(());
        };
        self.asked += 1;
        let header = [
            ("kind", (*kind).to_owned()),
            ("code", (*code).to_owned()),
            ("reason", (*reason).to_owned()),
        ];
        let typed = [line(&[
            ("field", (*field).to_owned()),
            ("becomes", (*becomes).to_owned()),
        ])];
        let step = "data_change.change_request.fill";
        self.open = act.begins(QUALITY, step, None, &header, &typed)?;
        Ok(())
    }

    /// It is sent back for want of proof.
    pub fn is_returned(&mut self, act: &mut Acting<'_, '_>) -> Result<(), Stop> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let back = Act::Return {
            slip: open.slip,
            to: None,
            reason: "须附生产厂家的依据".to_owned(),
            seen: open.seen(),
        };
        act.clerk.act(act.at, HEAD_OF_QUALITY, back)?;
        Ok(())
    }

    /// It is approved, and recorded by that.
    pub fn is_allowed(&mut self, act: &mut Acting<'_, '_>) -> Result<(), Stop> {
        if let Some(open) = self.open.take() {
            let step = "data_change.change_request.approve";
            act.signs(HEAD_OF_QUALITY, step, &open, &[], Vec::new())?;
        }
        Ok(())
    }
}
