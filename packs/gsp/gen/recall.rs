//! Typed views of the slips of 药品召回 for the rules in `flows/recall.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 药品召回决定.
#[derive(Clone, Copy)]
pub struct RecallSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> RecallSlip<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 召回级别.
    pub const LEVEL: &'static str = "level";

    /// 召回来源.
    pub const ORIGIN: &'static str = "origin";

    /// 召回原因.
    pub const REASON: &'static str = "reason";

    /// 向药品监督管理部门报告.
    pub const AUTHORITY: &'static str = "authority";

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
        (&*slip.declaration.name == "recall").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 批号档案.
    pub fn lot(self) -> Option<BatchRecord<'a>> {
        let value = self.value("lot");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BatchRecord { key, facts })
    }

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 召回级别.
    pub fn level(self) -> Option<&'a str> {
        let value = self.value("level");
        value.as_text()
    }

    /// 召回来源.
    pub fn origin(self) -> Option<&'a str> {
        let value = self.value("origin");
        value.as_text()
    }

    /// 召回原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
        value.as_text()
    }

    /// 向药品监督管理部门报告.
    pub fn authority(self) -> Option<&'a str> {
        let value = self.value("authority");
        value.as_text()
    }
}

/// 药品召回通知.
#[derive(Clone, Copy)]
pub struct RecallNoticeSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> RecallNoticeSlip<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 召回级别.
    pub const LEVEL: &'static str = "level";

    /// 召回来源.
    pub const ORIGIN: &'static str = "origin";

    /// 召回原因.
    pub const REASON: &'static str = "reason";

    /// 应召回数量.
    pub const TOLD: &'static str = "told";

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
        (&*slip.declaration.name == "recall_notice").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 批号档案.
    pub fn lot(self) -> Option<BatchRecord<'a>> {
        let value = self.value("lot");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BatchRecord { key, facts })
    }

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 召回级别.
    pub fn level(self) -> Option<&'a str> {
        let value = self.value("level");
        value.as_text()
    }

    /// 召回来源.
    pub fn origin(self) -> Option<&'a str> {
        let value = self.value("origin");
        value.as_text()
    }

    /// 召回原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
        value.as_text()
    }

    /// 应召回数量.
    pub fn told(self) -> Option<Amount> {
        let value = self.value("told");
        value.as_amount()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = RecallNoticeLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| RecallNoticeLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 药品召回通知: a line.
#[derive(Clone, Copy)]
pub struct RecallNoticeLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> RecallNoticeLine<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 购货数量.
    pub const QTY: &'static str = "qty";

    /// 通知方式.
    pub const MEANS: &'static str = "means";

    /// 联系人.
    pub const CONTACT: &'static str = "contact";

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

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 购货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 通知方式.
    pub fn means(self) -> Option<&'a str> {
        let value = self.value("means");
        value.as_text()
    }

    /// 联系人.
    pub fn contact(self) -> Option<&'a str> {
        let value = self.value("contact");
        value.as_text()
    }
}

/// 召回答复.
#[derive(Clone, Copy)]
pub struct RecallAnswerSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> RecallAnswerSlip<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 应召回数量.
    pub const TOLD: &'static str = "told";

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
        (&*slip.declaration.name == "recall_answer").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 批号档案.
    pub fn lot(self) -> Option<BatchRecord<'a>> {
        let value = self.value("lot");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BatchRecord { key, facts })
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 应召回数量.
    pub fn told(self) -> Option<Amount> {
        let value = self.value("told");
        value.as_amount()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = RecallAnswerLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| RecallAnswerLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 召回答复: a line.
#[derive(Clone, Copy)]
pub struct RecallAnswerLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> RecallAnswerLine<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 答复数量.
    pub const QTY: &'static str = "qty";

    /// 退回数量.
    pub const RETURNED: &'static str = "returned";

    /// 已用数量.
    pub const USED: &'static str = "used";

    /// 损失数量.
    pub const LOST: &'static str = "lost";

    /// 说明.
    pub const REMARK: &'static str = "remark";

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

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 答复数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 退回数量.
    pub fn returned(self) -> Option<Amount> {
        let value = self.value("returned");
        value.as_amount()
    }

    /// 已用数量.
    pub fn used(self) -> Option<Amount> {
        let value = self.value("used");
        value.as_amount()
    }

    /// 损失数量.
    pub fn lost(self) -> Option<Amount> {
        let value = self.value("lost");
        value.as_amount()
    }

    /// 说明.
    pub fn remark(self) -> Option<&'a str> {
        let value = self.value("remark");
        value.as_text()
    }
}

/// 召回总结.
#[derive(Clone, Copy)]
pub struct RecallClosingSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> RecallClosingSlip<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 应召回数量.
    pub const TOLD: &'static str = "told";

    /// 召回数量.
    pub const RECALLED: &'static str = "recalled";

    /// 总结与处置.
    pub const SUMMARY: &'static str = "summary";

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
        (&*slip.declaration.name == "recall_closing").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 批号档案.
    pub fn lot(self) -> Option<BatchRecord<'a>> {
        let value = self.value("lot");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BatchRecord { key, facts })
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 应召回数量.
    pub fn told(self) -> Option<Amount> {
        let value = self.value("told");
        value.as_amount()
    }

    /// 召回数量.
    pub fn recalled(self) -> Option<Amount> {
        let value = self.value("recalled");
        value.as_amount()
    }

    /// 总结与处置.
    pub fn summary(self) -> Option<&'a str> {
        let value = self.value("summary");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = RecallClosingLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| RecallClosingLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 召回总结: a line.
#[derive(Clone, Copy)]
pub struct RecallClosingLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> RecallClosingLine<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 答复数量.
    pub const QTY: &'static str = "qty";

    /// 退回数量.
    pub const RETURNED: &'static str = "returned";

    /// 已用数量.
    pub const USED: &'static str = "used";

    /// 损失数量.
    pub const LOST: &'static str = "lost";

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

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 答复数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 退回数量.
    pub fn returned(self) -> Option<Amount> {
        let value = self.value("returned");
        value.as_amount()
    }

    /// 已用数量.
    pub fn used(self) -> Option<Amount> {
        let value = self.value("used");
        value.as_amount()
    }

    /// 损失数量.
    pub fn lost(self) -> Option<Amount> {
        let value = self.value("lost");
        value.as_amount()
    }
}

/// 批号: a record as of today.
#[derive(Clone, Copy)]
pub struct BatchRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> BatchRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("batch", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 商品.
    pub fn item(self) -> Option<Arc<str>> {
        let value = self.fact("item");
        value.as_text().map(Arc::from)
    }

    /// 批号.
    pub fn batch(self) -> Option<Arc<str>> {
        let value = self.fact("batch");
        value.as_text().map(Arc::from)
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.fact("expiry");
        value.as_day()
    }

    /// 进价.
    pub fn cost(self) -> Option<Amount> {
        let value = self.fact("cost");
        value.as_amount()
    }

    /// 状态.
    pub fn state(self) -> Option<Arc<str>> {
        let value = self.fact("state");
        value.as_text().map(Arc::from)
    }

    /// 停售或解除原因.
    pub fn state_reason(self) -> Option<Arc<str>> {
        let value = self.fact("state_reason");
        value.as_text().map(Arc::from)
    }

    /// 入库日期.
    pub fn stocked_on(self) -> Option<Day> {
        let value = self.fact("stocked_on");
        value.as_day()
    }

    /// 养护日期.
    pub fn maintained_on(self) -> Option<Day> {
        let value = self.fact("maintained_on");
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
