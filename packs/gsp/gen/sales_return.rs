//! Typed views of the slips of 销售退回 for the rules in `flows/sales_return.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 销售退回通知单.
#[derive(Clone, Copy)]
pub struct ReturnNoticeSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReturnNoticeSlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 退回原因.
    pub const REASON: &'static str = "reason";

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
        (&*slip.declaration.name == "return_notice").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 退回原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReturnNoticeLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReturnNoticeLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售退回通知单: a line.
#[derive(Clone, Copy)]
pub struct ReturnNoticeLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReturnNoticeLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 退回数量.
    pub const QTY: &'static str = "qty";

    /// 金额.
    pub const AMOUNT: &'static str = "amount";

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

    /// 规格.
    pub fn specification(self) -> Option<&'a str> {
        let value = self.value("specification");
        value.as_text()
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
    }

    /// 生产厂商.
    pub fn manufacturer(self) -> Option<&'a str> {
        let value = self.value("manufacturer");
        value.as_text()
    }

    /// 单位.
    pub fn unit(self) -> Option<&'a str> {
        let value = self.value("unit");
        value.as_text()
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.value("expiry");
        value.as_day()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 退回数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 金额.
    pub fn amount(self) -> Option<Amount> {
        let value = self.value("amount");
        value.as_amount()
    }
}

/// 销售退回收货单.
#[derive(Clone, Copy)]
pub struct ReturnReceiptSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReturnReceiptSlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 退回原因.
    pub const REASON: &'static str = "reason";

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
        (&*slip.declaration.name == "return_receipt").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 退回原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReturnReceiptLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReturnReceiptLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售退回收货单: a line.
#[derive(Clone, Copy)]
pub struct ReturnReceiptLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReturnReceiptLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 收货数量.
    pub const QTY: &'static str = "qty";

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

    /// 规格.
    pub fn specification(self) -> Option<&'a str> {
        let value = self.value("specification");
        value.as_text()
    }

    /// 生产厂商.
    pub fn manufacturer(self) -> Option<&'a str> {
        let value = self.value("manufacturer");
        value.as_text()
    }

    /// 单位.
    pub fn unit(self) -> Option<&'a str> {
        let value = self.value("unit");
        value.as_text()
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.value("expiry");
        value.as_day()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 收货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }
}

/// 销售退回验收单.
#[derive(Clone, Copy)]
pub struct ReturnInspectionSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReturnInspectionSlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 退回原因.
    pub const REASON: &'static str = "reason";

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
        (&*slip.declaration.name == "return_inspection").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 退回原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReturnInspectionLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReturnInspectionLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售退回验收单: a line.
#[derive(Clone, Copy)]
pub struct ReturnInspectionLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReturnInspectionLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 收货数量.
    pub const QTY: &'static str = "qty";

    /// 合格数量.
    pub const PASSED: &'static str = "passed";

    /// 不合格数量.
    pub const FAILED: &'static str = "failed";

    /// 验收结论.
    pub const FINDING: &'static str = "finding";

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

    /// 规格.
    pub fn specification(self) -> Option<&'a str> {
        let value = self.value("specification");
        value.as_text()
    }

    /// 生产厂商.
    pub fn manufacturer(self) -> Option<&'a str> {
        let value = self.value("manufacturer");
        value.as_text()
    }

    /// 单位.
    pub fn unit(self) -> Option<&'a str> {
        let value = self.value("unit");
        value.as_text()
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.value("expiry");
        value.as_day()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 收货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 合格数量.
    pub fn passed(self) -> Option<Amount> {
        let value = self.value("passed");
        value.as_amount()
    }

    /// 不合格数量.
    pub fn failed(self) -> Option<Amount> {
        let value = self.value("failed");
        value.as_amount()
    }

    /// 验收结论.
    pub fn finding(self) -> Option<&'a str> {
        let value = self.value("finding");
        value.as_text()
    }
}

/// 销售退回入库单.
#[derive(Clone, Copy)]
pub struct ReturnStockInSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReturnStockInSlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

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
        (&*slip.declaration.name == "return_stock_in").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 购货单位.
    pub fn customer(self) -> Option<PartyRecord<'a>> {
        let value = self.value("customer");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReturnStockInLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReturnStockInLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售退回入库单: a line.
#[derive(Clone, Copy)]
pub struct ReturnStockInLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReturnStockInLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 收货数量.
    pub const QTY: &'static str = "qty";

    /// 合格数量.
    pub const PASSED: &'static str = "passed";

    /// 不合格数量.
    pub const FAILED: &'static str = "failed";

    /// 货位.
    pub const BIN: &'static str = "bin";

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

    /// 规格.
    pub fn specification(self) -> Option<&'a str> {
        let value = self.value("specification");
        value.as_text()
    }

    /// 生产厂商.
    pub fn manufacturer(self) -> Option<&'a str> {
        let value = self.value("manufacturer");
        value.as_text()
    }

    /// 单位.
    pub fn unit(self) -> Option<&'a str> {
        let value = self.value("unit");
        value.as_text()
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.value("expiry");
        value.as_day()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 收货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 合格数量.
    pub fn passed(self) -> Option<Amount> {
        let value = self.value("passed");
        value.as_amount()
    }

    /// 不合格数量.
    pub fn failed(self) -> Option<Amount> {
        let value = self.value("failed");
        value.as_amount()
    }

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
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
