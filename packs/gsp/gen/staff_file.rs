//! Typed views of the slips of 从业人员档案 for the rules in `flows/staff_file.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 从业人员登记表.
#[derive(Clone, Copy)]
pub struct StaffCardSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> StaffCardSlip<'a> {
    /// 登录名.
    pub const LOGIN: &'static str = "login";

    /// 姓名.
    pub const NAME: &'static str = "name";

    /// 岗位.
    pub const POST: &'static str = "post";

    /// 学历.
    pub const SCHOOLING: &'static str = "schooling";

    /// 专业.
    pub const SUBJECT: &'static str = "subject";

    /// 专业技术职称.
    pub const TITLE: &'static str = "title";

    /// 执业药师注册有效期至.
    pub const PHARMACIST_UNTIL: &'static str = "pharmacist_until";

    /// 质量管理工作年限.
    pub const YEARS: &'static str = "years";

    /// 证明材料.
    pub const PAPERS: &'static str = "papers";

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
        (&*slip.declaration.name == "staff_card").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 登录名.
    pub fn login(self) -> Option<&'a str> {
        let value = self.value("login");
        value.as_text()
    }

    /// 姓名.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 岗位.
    pub fn post(self) -> Option<&'a str> {
        let value = self.value("post");
        value.as_text()
    }

    /// 学历.
    pub fn schooling(self) -> Option<&'a str> {
        let value = self.value("schooling");
        value.as_text()
    }

    /// 专业.
    pub fn subject(self) -> Option<&'a str> {
        let value = self.value("subject");
        value.as_text()
    }

    /// 专业技术职称.
    pub fn title(self) -> Option<&'a str> {
        let value = self.value("title");
        value.as_text()
    }

    /// 执业药师注册有效期至.
    pub fn pharmacist_until(self) -> Option<Day> {
        let value = self.value("pharmacist_until");
        value.as_day()
    }

    /// 质量管理工作年限.
    pub fn years(self) -> Option<Amount> {
        let value = self.value("years");
        value.as_amount()
    }

    /// 证明材料.
    pub fn papers(self) -> Option<&'a str> {
        let value = self.value("papers");
        value.as_text()
    }
}
