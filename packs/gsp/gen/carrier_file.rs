//! Typed views of the slips of 承运单位审计 for the rules in `flows/carrier_file.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use kernel::{Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 承运单位登记表.
#[derive(Clone, Copy)]
pub struct CarrierCardSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> CarrierCardSlip<'a> {
    /// 承运单位编码.
    pub const CODE: &'static str = "code";

    /// 承运单位名称.
    pub const NAME: &'static str = "name";

    /// 审计有效期至.
    pub const AUDITED_UNTIL: &'static str = "audited_until";

    /// 审计结论.
    pub const AUDIT: &'static str = "audit";

    /// 运输协议编号.
    pub const AGREEMENT: &'static str = "agreement";

    /// 协议有效期至.
    pub const AGREEMENT_UNTIL: &'static str = "agreement_until";

    /// The slip that is about to be signed, when it is one of these.
    pub fn of(context: &RuleContext<'a>) -> Option<Self> {
        Self::view(context.slip, context.facts)
    }

    /// The nearest of these that the slip comes from.
    pub fn above(context: &RuleContext<'a>) -> Option<Self> {
        let mut sources = context.sources.iter();
        sources.find_map(|slip| Self::view(*slip, context.facts))
    }

    fn view(slip: RuleSlip<'a>, facts: &'a dyn Facts) -> Option<Self> {
        (&*slip.declaration.name == "carrier_card").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 承运单位编码.
    pub fn code(self) -> Option<&'a str> {
        let value = self.value("code");
        value.as_text()
    }

    /// 承运单位名称.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 审计有效期至.
    pub fn audited_until(self) -> Option<Day> {
        let value = self.value("audited_until");
        value.as_day()
    }

    /// 审计结论.
    pub fn audit(self) -> Option<&'a str> {
        let value = self.value("audit");
        value.as_text()
    }

    /// 运输协议编号.
    pub fn agreement(self) -> Option<&'a str> {
        let value = self.value("agreement");
        value.as_text()
    }

    /// 协议有效期至.
    pub fn agreement_until(self) -> Option<Day> {
        let value = self.value("agreement_until");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = CarrierCardLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| CarrierCardLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 承运单位登记表: a line.
#[derive(Clone, Copy)]
pub struct CarrierCardLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> CarrierCardLine<'a> {
    /// 车牌号或箱号.
    pub const PLATE: &'static str = "plate";

    /// 运输工具.
    pub const KIND: &'static str = "kind";

    /// 验证有效期至.
    pub const VALIDATED_UNTIL: &'static str = "validated_until";

    /// Its position, from 0.
    pub fn position(self) -> usize {
        self.position
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.line(self.position, field)
    }

    /// 车牌号或箱号.
    pub fn plate(self) -> Option<&'a str> {
        let value = self.value("plate");
        value.as_text()
    }

    /// 运输工具.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 验证有效期至.
    pub fn validated_until(self) -> Option<Day> {
        let value = self.value("validated_until");
        value.as_day()
    }
}
