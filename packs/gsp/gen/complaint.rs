//! Typed views of the slips of 质量投诉 for the rules in `flows/complaint.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 质量投诉记录.
#[derive(Clone, Copy)]
pub struct ComplaintSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ComplaintSlip<'a> {
    /// 投诉单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 投诉日期.
    pub const RECEIVED_ON: &'static str = "received_on";

    /// 投诉内容.
    pub const CONTENT: &'static str = "content";

    /// 调查情况.
    pub const FINDING: &'static str = "finding";

    /// 原因.
    pub const CAUSE: &'static str = "cause";

    /// 通知供货单位和生产企业.
    pub const SUPPLIER_TOLD: &'static str = "supplier_told";

    /// 处理措施.
    pub const MEASURE: &'static str = "measure";

    /// 反馈情况.
    pub const FEEDBACK: &'static str = "feedback";

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
        (&*slip.declaration.name == "complaint").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 投诉单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 批号档案.
    pub fn lot(self) -> Option<BatchRecord<'a>> {
        let value = self.value("lot");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BatchRecord { key, facts })
    }

    /// 投诉日期.
    pub fn received_on(self) -> Option<Day> {
        let value = self.value("received_on");
        value.as_day()
    }

    /// 投诉内容.
    pub fn content(self) -> Option<&'a str> {
        let value = self.value("content");
        value.as_text()
    }

    /// 调查情况.
    pub fn finding(self) -> Option<&'a str> {
        let value = self.value("finding");
        value.as_text()
    }

    /// 原因.
    pub fn cause(self) -> Option<&'a str> {
        let value = self.value("cause");
        value.as_text()
    }

    /// 通知供货单位和生产企业.
    pub fn supplier_told(self) -> Option<&'a str> {
        let value = self.value("supplier_told");
        value.as_text()
    }

    /// 处理措施.
    pub fn measure(self) -> Option<&'a str> {
        let value = self.value("measure");
        value.as_text()
    }

    /// 反馈情况.
    pub fn feedback(self) -> Option<&'a str> {
        let value = self.value("feedback");
        value.as_text()
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
