//! Typed views of the slips of 质量体系 for the rules in `flows/quality_system.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 质量体系内审记录.
#[derive(Clone, Copy)]
pub struct AuditSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> AuditSlip<'a> {
    /// 内审种类.
    pub const KIND: &'static str = "kind";

    /// 变化情况.
    pub const CHANGE: &'static str = "change";

    /// 内审日期.
    pub const HELD_ON: &'static str = "held_on";

    /// 内审人员.
    pub const AUDITORS: &'static str = "auditors";

    /// 内审结论.
    pub const CONCLUSION: &'static str = "conclusion";

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
        (&*slip.declaration.name == "audit").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 内审种类.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 变化情况.
    pub fn change(self) -> Option<&'a str> {
        let value = self.value("change");
        value.as_text()
    }

    /// 内审日期.
    pub fn held_on(self) -> Option<Day> {
        let value = self.value("held_on");
        value.as_day()
    }

    /// 内审人员.
    pub fn auditors(self) -> Option<&'a str> {
        let value = self.value("auditors");
        value.as_text()
    }

    /// 内审结论.
    pub fn conclusion(self) -> Option<&'a str> {
        let value = self.value("conclusion");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = AuditLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| AuditLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 质量体系内审记录: a line.
#[derive(Clone, Copy)]
pub struct AuditLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> AuditLine<'a> {
    /// 条款.
    pub const CLAUSE: &'static str = "clause";

    /// 缺陷.
    pub const FINDING: &'static str = "finding";

    /// 改进措施.
    pub const MEASURE: &'static str = "measure";

    /// 责任人.
    pub const RESPONSIBLE: &'static str = "responsible";

    /// 期限.
    pub const DUE: &'static str = "due";

    /// 整改结果.
    pub const CORRECTED: &'static str = "corrected";

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

    /// 条款.
    pub fn clause(self) -> Option<&'a str> {
        let value = self.value("clause");
        value.as_text()
    }

    /// 缺陷.
    pub fn finding(self) -> Option<&'a str> {
        let value = self.value("finding");
        value.as_text()
    }

    /// 改进措施.
    pub fn measure(self) -> Option<&'a str> {
        let value = self.value("measure");
        value.as_text()
    }

    /// 责任人.
    pub fn responsible(self) -> Option<&'a str> {
        let value = self.value("responsible");
        value.as_text()
    }

    /// 期限.
    pub fn due(self) -> Option<Day> {
        let value = self.value("due");
        value.as_day()
    }

    /// 整改结果.
    pub fn corrected(self) -> Option<&'a str> {
        let value = self.value("corrected");
        value.as_text()
    }
}

/// 质量风险评估表.
#[derive(Clone, Copy)]
pub struct RiskSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> RiskSlip<'a> {
    /// 方式.
    pub const WAY: &'static str = "way";

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
        (&*slip.declaration.name == "risk").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 方式.
    pub fn way(self) -> Option<&'a str> {
        let value = self.value("way");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = RiskLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| RiskLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 质量风险评估表: a line.
#[derive(Clone, Copy)]
pub struct RiskLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> RiskLine<'a> {
    /// 环节.
    pub const STAGE: &'static str = "stage";

    /// 风险.
    pub const RISK: &'static str = "risk";

    /// 风险等级.
    pub const LEVEL: &'static str = "level";

    /// 控制措施.
    pub const MEASURE: &'static str = "measure";

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

    /// 环节.
    pub fn stage(self) -> Option<&'a str> {
        let value = self.value("stage");
        value.as_text()
    }

    /// 风险.
    pub fn risk(self) -> Option<&'a str> {
        let value = self.value("risk");
        value.as_text()
    }

    /// 风险等级.
    pub fn level(self) -> Option<&'a str> {
        let value = self.value("level");
        value.as_text()
    }

    /// 控制措施.
    pub fn measure(self) -> Option<&'a str> {
        let value = self.value("measure");
        value.as_text()
    }
}

/// 供购货单位质量评审表.
#[derive(Clone, Copy)]
pub struct ReviewSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReviewSlip<'a> {
    /// 评审期间.
    pub const PERIOD: &'static str = "period";

    /// 评审日期.
    pub const REVIEWED_ON: &'static str = "reviewed_on";

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
        (&*slip.declaration.name == "review").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 评审期间.
    pub fn period(self) -> Option<&'a str> {
        let value = self.value("period");
        value.as_text()
    }

    /// 评审日期.
    pub fn reviewed_on(self) -> Option<Day> {
        let value = self.value("reviewed_on");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReviewLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReviewLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 供购货单位质量评审表: a line.
#[derive(Clone, Copy)]
pub struct ReviewLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReviewLine<'a> {
    /// 往来单位.
    pub const PARTNER: &'static str = "partner";

    /// 批次.
    pub const DELIVERIES: &'static str = "deliveries";

    /// 不合格批次.
    pub const FAILED: &'static str = "failed";

    /// 实地考察.
    pub const VISIT: &'static str = "visit";

    /// 评审结果.
    pub const RESULT: &'static str = "result";

    /// 处理意见.
    pub const OPINION: &'static str = "opinion";

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

    /// 往来单位.
    pub fn partner(self) -> Option<PartyRecord<'a>> {
        let value = self.value("partner");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 批次.
    pub fn deliveries(self) -> Option<Amount> {
        let value = self.value("deliveries");
        value.as_amount()
    }

    /// 不合格批次.
    pub fn failed(self) -> Option<Amount> {
        let value = self.value("failed");
        value.as_amount()
    }

    /// 实地考察.
    pub fn visit(self) -> Option<&'a str> {
        let value = self.value("visit");
        value.as_text()
    }

    /// 评审结果.
    pub fn result(self) -> Option<&'a str> {
        let value = self.value("result");
        value.as_text()
    }

    /// 处理意见.
    pub fn opinion(self) -> Option<&'a str> {
        let value = self.value("opinion");
        value.as_text()
    }
}

/// 质量信息记录.
#[derive(Clone, Copy)]
pub struct InformationSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> InformationSlip<'a> {
    /// 信息来源.
    pub const SOURCE: &'static str = "source";

    /// 收到日期.
    pub const RECEIVED_ON: &'static str = "received_on";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 内容.
    pub const CONTENT: &'static str = "content";

    /// 处理意见.
    pub const DECISION: &'static str = "decision";

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
        (&*slip.declaration.name == "information").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 信息来源.
    pub fn source(self) -> Option<&'a str> {
        let value = self.value("source");
        value.as_text()
    }

    /// 收到日期.
    pub fn received_on(self) -> Option<Day> {
        let value = self.value("received_on");
        value.as_day()
    }

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 内容.
    pub fn content(self) -> Option<&'a str> {
        let value = self.value("content");
        value.as_text()
    }

    /// 处理意见.
    pub fn decision(self) -> Option<&'a str> {
        let value = self.value("decision");
        value.as_text()
    }
}

/// 校准验证与维护记录.
#[derive(Clone, Copy)]
pub struct DeviceCheckSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> DeviceCheckSlip<'a> {
    /// 日期.
    pub const DONE_ON: &'static str = "done_on";

    /// 工作内容.
    pub const WORK: &'static str = "work";

    /// 承担单位或人员.
    pub const BY_WHOM: &'static str = "by_whom";

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
        (&*slip.declaration.name == "device_check").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 日期.
    pub fn done_on(self) -> Option<Day> {
        let value = self.value("done_on");
        value.as_day()
    }

    /// 工作内容.
    pub fn work(self) -> Option<&'a str> {
        let value = self.value("work");
        value.as_text()
    }

    /// 承担单位或人员.
    pub fn by_whom(self) -> Option<&'a str> {
        let value = self.value("by_whom");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = DeviceCheckLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| DeviceCheckLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 校准验证与维护记录: a line.
#[derive(Clone, Copy)]
pub struct DeviceCheckLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> DeviceCheckLine<'a> {
    /// 设备编号.
    pub const CODE: &'static str = "code";

    /// 设备名称.
    pub const NAME: &'static str = "name";

    /// 种类.
    pub const KIND: &'static str = "kind";

    /// 所在位置.
    pub const PLACE: &'static str = "place";

    /// 报告编号.
    pub const REPORT: &'static str = "report";

    /// 结论.
    pub const RESULT: &'static str = "result";

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

    /// 设备编号.
    pub fn code(self) -> Option<&'a str> {
        let value = self.value("code");
        value.as_text()
    }

    /// 设备名称.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 种类.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 所在位置.
    pub fn place(self) -> Option<&'a str> {
        let value = self.value("place");
        value.as_text()
    }

    /// 报告编号.
    pub fn report(self) -> Option<&'a str> {
        let value = self.value("report");
        value.as_text()
    }

    /// 结论.
    pub fn result(self) -> Option<&'a str> {
        let value = self.value("result");
        value.as_text()
    }

    /// 有效期至.
    pub fn until(self) -> Option<Day> {
        let value = self.value("until");
        value.as_day()
    }
}

/// 商品: a record as of today.
#[derive(Clone, Copy)]
pub struct ItemRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> ItemRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("item", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 通用名称.
    pub fn generic_name(self) -> Option<Arc<str>> {
        let value = self.fact("generic_name");
        value.as_text().map(Arc::from)
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<Arc<str>> {
        let value = self.fact("dosage_form");
        value.as_text().map(Arc::from)
    }

    /// 规格.
    pub fn specification(self) -> Option<Arc<str>> {
        let value = self.fact("specification");
        value.as_text().map(Arc::from)
    }

    /// 单位.
    pub fn unit(self) -> Option<Arc<str>> {
        let value = self.fact("unit");
        value.as_text().map(Arc::from)
    }

    /// 商品条码.
    pub fn gtin(self) -> Option<Arc<str>> {
        let value = self.fact("gtin");
        value.as_text().map(Arc::from)
    }

    /// 批准文号.
    pub fn approval_number(self) -> Option<Arc<str>> {
        let value = self.fact("approval_number");
        value.as_text().map(Arc::from)
    }

    /// 生产厂商.
    pub fn manufacturer(self) -> Option<Arc<str>> {
        let value = self.fact("manufacturer");
        value.as_text().map(Arc::from)
    }

    /// 上市许可持有人.
    pub fn marketing_holder(self) -> Option<Arc<str>> {
        let value = self.fact("marketing_holder");
        value.as_text().map(Arc::from)
    }

    /// 产地.
    pub fn origin(self) -> Option<Arc<str>> {
        let value = self.fact("origin");
        value.as_text().map(Arc::from)
    }

    /// 储存条件.
    pub fn storage(self) -> Option<Arc<str>> {
        let value = self.fact("storage");
        value.as_text().map(Arc::from)
    }

    /// 单独存放.
    pub fn apart(self) -> Option<Arc<str>> {
        let value = self.fact("apart");
        value.as_text().map(Arc::from)
    }

    /// 药品类别.
    pub fn class(self) -> Option<Arc<str>> {
        let value = self.fact("class");
        value.as_text().map(Arc::from)
    }

    /// 批准文号有效期至.
    pub fn approval_until(self) -> Option<Day> {
        let value = self.fact("approval_until");
        value.as_day()
    }

    /// 重点养护.
    pub fn key_maintenance(self) -> Option<bool> {
        let value = self.fact("key_maintenance");
        match value {
            Value::Flag(value) => Some(value),
            _ => None,
        }
    }

    /// 最低售价.
    pub fn lowest_price(self) -> Option<Amount> {
        let value = self.fact("lowest_price");
        value.as_amount()
    }
}

/// 往来单位: a record as of today.
#[derive(Clone, Copy)]
pub struct PartyRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> PartyRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("party", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 许可证编号.
    pub fn licence_number(self) -> Option<Arc<str>> {
        let value = self.fact("licence_number");
        value.as_text().map(Arc::from)
    }

    /// 许可证有效期至.
    pub fn licence_until(self) -> Option<Day> {
        let value = self.fact("licence_until");
        value.as_day()
    }

    /// 统一社会信用代码.
    pub fn business_licence(self) -> Option<Arc<str>> {
        let value = self.fact("business_licence");
        value.as_text().map(Arc::from)
    }

    /// 经营范围.
    pub fn scope(self) -> Option<Arc<str>> {
        let value = self.fact("scope");
        value.as_text().map(Arc::from)
    }

    /// 质量保证协议有效期至.
    pub fn quality_agreement_until(self) -> Option<Day> {
        let value = self.fact("quality_agreement_until");
        value.as_day()
    }

    /// 地址.
    pub fn address(self) -> Option<Arc<str>> {
        let value = self.fact("address");
        value.as_text().map(Arc::from)
    }

    /// 联系人.
    pub fn contact(self) -> Option<Arc<str>> {
        let value = self.fact("contact");
        value.as_text().map(Arc::from)
    }

    /// 电话.
    pub fn telephone(self) -> Option<Arc<str>> {
        let value = self.fact("telephone");
        value.as_text().map(Arc::from)
    }

    /// 开户银行.
    pub fn bank(self) -> Option<Arc<str>> {
        let value = self.fact("bank");
        value.as_text().map(Arc::from)
    }

    /// 银行账号.
    pub fn bank_account(self) -> Option<Arc<str>> {
        let value = self.fact("bank_account");
        value.as_text().map(Arc::from)
    }

    /// 类别.
    pub fn kind(self) -> Option<Arc<str>> {
        let value = self.fact("kind");
        value.as_text().map(Arc::from)
    }

    /// 信用额度.
    pub fn credit_limit(self) -> Option<Amount> {
        let value = self.fact("credit_limit");
        value.as_amount()
    }

    /// 质量评审结果.
    pub fn review(self) -> Option<Arc<str>> {
        let value = self.fact("review");
        value.as_text().map(Arc::from)
    }

    /// 质量评审日期.
    pub fn reviewed_on(self) -> Option<Day> {
        let value = self.fact("reviewed_on");
        value.as_day()
    }
}
