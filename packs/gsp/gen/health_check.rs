//! Typed views of the slips of 健康检查 for the rules in `flows/health_check.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 健康检查登记表.
#[derive(Clone, Copy)]
pub struct HealthCheckSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> HealthCheckSlip<'a> {
    /// 检查日期.
    pub const CHECKED_ON: &'static str = "checked_on";

    /// 检查机构.
    pub const HOSPITAL: &'static str = "hospital";

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
        (&*slip.declaration.name == "health_check").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 检查日期.
    pub fn checked_on(self) -> Option<Day> {
        let value = self.value("checked_on");
        value.as_day()
    }

    /// 检查机构.
    pub fn hospital(self) -> Option<&'a str> {
        let value = self.value("hospital");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = HealthCheckLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| HealthCheckLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 健康检查登记表: a line.
#[derive(Clone, Copy)]
pub struct HealthCheckLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> HealthCheckLine<'a> {
    /// 受检人员.
    pub const PERSON: &'static str = "person";

    /// 结论.
    pub const RESULT: &'static str = "result";

    /// 情况.
    pub const FINDING: &'static str = "finding";

    /// 有效期至.
    pub const UNTIL: &'static str = "until";

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

    /// 受检人员.
    pub fn person(self) -> Option<StaffRecord<'a>> {
        let value = self.value("person");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(StaffRecord { key, facts })
    }

    /// 结论.
    pub fn result(self) -> Option<&'a str> {
        let value = self.value("result");
        value.as_text()
    }

    /// 情况.
    pub fn finding(self) -> Option<&'a str> {
        let value = self.value("finding");
        value.as_text()
    }

    /// 有效期至.
    pub fn until(self) -> Option<Day> {
        let value = self.value("until");
        value.as_day()
    }
}

/// 从业人员: a record as of today.
#[derive(Clone, Copy)]
pub struct StaffRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> StaffRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("staff", self.key, field)
    }

    /// 姓名.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 岗位.
    pub fn post(self) -> Option<Arc<str>> {
        let value = self.fact("post");
        value.as_text().map(Arc::from)
    }

    /// 健康检查结论.
    pub fn health(self) -> Option<Arc<str>> {
        let value = self.fact("health");
        value.as_text().map(Arc::from)
    }

    /// 健康检查有效期至.
    pub fn health_until(self) -> Option<Day> {
        let value = self.fact("health_until");
        value.as_day()
    }

    /// 学历.
    pub fn schooling(self) -> Option<Arc<str>> {
        let value = self.fact("schooling");
        value.as_text().map(Arc::from)
    }

    /// 专业.
    pub fn subject(self) -> Option<Arc<str>> {
        let value = self.fact("subject");
        value.as_text().map(Arc::from)
    }

    /// 专业技术职称.
    pub fn title(self) -> Option<Arc<str>> {
        let value = self.fact("title");
        value.as_text().map(Arc::from)
    }

    /// 执业药师注册有效期至.
    pub fn pharmacist_until(self) -> Option<Day> {
        let value = self.fact("pharmacist_until");
        value.as_day()
    }

    /// 质量管理工作年限.
    pub fn years(self) -> Option<Amount> {
        let value = self.fact("years");
        value.as_amount()
    }
}
