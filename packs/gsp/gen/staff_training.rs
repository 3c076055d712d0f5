//! Typed views of the slips of 人员培训 for the rules in `flows/staff_training.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 年度培训计划.
#[derive(Clone, Copy)]
pub struct TrainingPlanSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> TrainingPlanSlip<'a> {
    /// 年度.
    pub const YEAR: &'static str = "year";

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
        (&*slip.declaration.name == "training_plan").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 年度.
    pub fn year(self) -> Option<Amount> {
        let value = self.value("year");
        value.as_amount()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = TrainingPlanLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| TrainingPlanLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 年度培训计划: a line.
#[derive(Clone, Copy)]
pub struct TrainingPlanLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> TrainingPlanLine<'a> {
    /// 培训种类.
    pub const KIND: &'static str = "kind";

    /// 培训内容.
    pub const SUBJECT: &'static str = "subject";

    /// 培训对象.
    pub const WHO: &'static str = "who";

    /// 计划月份.
    pub const MONTH: &'static str = "month";

    /// 学时.
    pub const HOURS: &'static str = "hours";

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

    /// 培训种类.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 培训内容.
    pub fn subject(self) -> Option<&'a str> {
        let value = self.value("subject");
        value.as_text()
    }

    /// 培训对象.
    pub fn who(self) -> Option<&'a str> {
        let value = self.value("who");
        value.as_text()
    }

    /// 计划月份.
    pub fn month(self) -> Option<Amount> {
        let value = self.value("month");
        value.as_amount()
    }

    /// 学时.
    pub fn hours(self) -> Option<Amount> {
        let value = self.value("hours");
        value.as_amount()
    }
}

/// 培训记录.
#[derive(Clone, Copy)]
pub struct TrainingRecordSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> TrainingRecordSlip<'a> {
    /// 年度培训计划.
    pub const PLAN: &'static str = "plan";

    /// 培训种类.
    pub const KIND: &'static str = "kind";

    /// 培训内容.
    pub const SUBJECT: &'static str = "subject";

    /// 培训日期.
    pub const HELD_ON: &'static str = "held_on";

    /// 授课人.
    pub const TRAINER: &'static str = "trainer";

    /// 培训地点.
    pub const PLACE: &'static str = "place";

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
        (&*slip.declaration.name == "training_record").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 年度培训计划.
    pub fn plan(self) -> Option<&'a str> {
        let value = self.value("plan");
        value.as_text()
    }

    /// 培训种类.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 培训内容.
    pub fn subject(self) -> Option<&'a str> {
        let value = self.value("subject");
        value.as_text()
    }

    /// 培训日期.
    pub fn held_on(self) -> Option<Day> {
        let value = self.value("held_on");
        value.as_day()
    }

    /// 授课人.
    pub fn trainer(self) -> Option<&'a str> {
        let value = self.value("trainer");
        value.as_text()
    }

    /// 培训地点.
    pub fn place(self) -> Option<&'a str> {
        let value = self.value("place");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = TrainingRecordLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| TrainingRecordLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 培训记录: a line.
#[derive(Clone, Copy)]
pub struct TrainingRecordLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> TrainingRecordLine<'a> {
    /// 受训人员.
    pub const PERSON: &'static str = "person";

    /// 考核成绩.
    pub const SCORE: &'static str = "score";

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

    /// 受训人员.
    pub fn person(self) -> Option<StaffRecord<'a>> {
        let value = self.value("person");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(StaffRecord { key, facts })
    }

    /// 考核成绩.
    pub fn score(self) -> Option<Amount> {
        let value = self.value("score");
        value.as_amount()
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
