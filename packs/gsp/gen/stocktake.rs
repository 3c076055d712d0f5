//! Typed views of the slips of 盘点 for the rules in `flows/stocktake.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 盘检单.
#[derive(Clone, Copy)]
pub struct StocktakeSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> StocktakeSlip<'a> {
    /// 盘点范围.
    pub const SCOPE_OF_COUNT: &'static str = "scope_of_count";

    /// 冻结日期.
    pub const FROZEN_ON: &'static str = "frozen_on";

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
        (&*slip.declaration.name == "stocktake").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 盘点范围.
    pub fn scope_of_count(self) -> Option<&'a str> {
        let value = self.value("scope_of_count");
        value.as_text()
    }

    /// 冻结日期.
    pub fn frozen_on(self) -> Option<Day> {
        let value = self.value("frozen_on");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = StocktakeLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| StocktakeLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 盘检单: a line.
#[derive(Clone, Copy)]
pub struct StocktakeLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> StocktakeLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

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

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }
}

/// 实盘单.
#[derive(Clone, Copy)]
pub struct CountSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> CountSlip<'a> {
    /// 盘点范围.
    pub const SCOPE_OF_COUNT: &'static str = "scope_of_count";

    /// 冻结日期.
    pub const FROZEN_ON: &'static str = "frozen_on";

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
        (&*slip.declaration.name == "count").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 盘点范围.
    pub fn scope_of_count(self) -> Option<&'a str> {
        let value = self.value("scope_of_count");
        value.as_text()
    }

    /// 冻结日期.
    pub fn frozen_on(self) -> Option<Day> {
        let value = self.value("frozen_on");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = CountLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| CountLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 实盘单: a line.
#[derive(Clone, Copy)]
pub struct CountLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> CountLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 货位.
    pub const BIN: &'static str = "bin";

    /// 实盘数量.
    pub const COUNTED: &'static str = "counted";

    /// 复盘数量.
    pub const RECOUNTED: &'static str = "recounted";

    /// 账面数量.
    pub const BOOK: &'static str = "book";

    /// 初盘差异.
    pub const DEVIATION: &'static str = "deviation";

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

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }

    /// 实盘数量.
    pub fn counted(self) -> Option<Amount> {
        let value = self.value("counted");
        value.as_amount()
    }

    /// 复盘数量.
    pub fn recounted(self) -> Option<Amount> {
        let value = self.value("recounted");
        value.as_amount()
    }

    /// 账面数量.
    pub fn book(self) -> Option<Amount> {
        let value = self.value("book");
        value.as_amount()
    }

    /// 初盘差异.
    pub fn deviation(self) -> Option<Amount> {
        let value = self.value("deviation");
        value.as_amount()
    }
}

/// 盘点差异单.
#[derive(Clone, Copy)]
pub struct ResultSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ResultSlip<'a> {
    /// 盘点范围.
    pub const SCOPE_OF_COUNT: &'static str = "scope_of_count";

    /// 冻结日期.
    pub const FROZEN_ON: &'static str = "frozen_on";

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
        (&*slip.declaration.name == "result").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 盘点范围.
    pub fn scope_of_count(self) -> Option<&'a str> {
        let value = self.value("scope_of_count");
        value.as_text()
    }

    /// 冻结日期.
    pub fn frozen_on(self) -> Option<Day> {
        let value = self.value("frozen_on");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ResultLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ResultLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 盘点差异单: a line.
#[derive(Clone, Copy)]
pub struct ResultLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ResultLine<'a> {
    /// 批号档案.
    pub const LOT: &'static str = "lot";

    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 货位.
    pub const BIN: &'static str = "bin";

    /// 实盘数量.
    pub const COUNTED: &'static str = "counted";

    /// 复盘数量.
    pub const RECOUNTED: &'static str = "recounted";

    /// 账面数量.
    pub const BOOK: &'static str = "book";

    /// 差异.
    pub const DIFFERENCE: &'static str = "difference";

    /// 差异金额.
    pub const AMOUNT: &'static str = "amount";

    /// 差异原因.
    pub const REASON: &'static str = "reason";

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

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }

    /// 实盘数量.
    pub fn counted(self) -> Option<Amount> {
        let value = self.value("counted");
        value.as_amount()
    }

    /// 复盘数量.
    pub fn recounted(self) -> Option<Amount> {
        let value = self.value("recounted");
        value.as_amount()
    }

    /// 账面数量.
    pub fn book(self) -> Option<Amount> {
        let value = self.value("book");
        value.as_amount()
    }

    /// 差异.
    pub fn difference(self) -> Option<Amount> {
        let value = self.value("difference");
        value.as_amount()
    }

    /// 差异金额.
    pub fn amount(self) -> Option<Amount> {
        let value = self.value("amount");
        value.as_amount()
    }

    /// 差异原因.
    pub fn reason(self) -> Option<&'a str> {
        let value = self.value("reason");
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
