//! Typed views of the slips of 采购入库 for the rules in `flows/purchase_inbound.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Moment, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 采购订单.
#[derive(Clone, Copy)]
pub struct OrderSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> OrderSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

    /// 供货单位销售人员.
    pub const SELLER: &'static str = "seller";

    /// 要求到货日期.
    pub const DELIVER_BY: &'static str = "deliver_by";

    /// 收货地址.
    pub const DELIVER_TO: &'static str = "deliver_to";

    /// 付款方式.
    pub const PAYMENT: &'static str = "payment";

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
        (&*slip.declaration.name == "order").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 供货单位.
    pub fn supplier(self) -> Option<PartyRecord<'a>> {
        let value = self.value("supplier");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 供货单位销售人员.
    pub fn seller(self) -> Option<QualificationRecord<'a>> {
        let value = self.value("seller");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(QualificationRecord { key, facts })
    }

    /// 要求到货日期.
    pub fn deliver_by(self) -> Option<Day> {
        let value = self.value("deliver_by");
        value.as_day()
    }

    /// 收货地址.
    pub fn deliver_to(self) -> Option<&'a str> {
        let value = self.value("deliver_to");
        value.as_text()
    }

    /// 付款方式.
    pub fn payment(self) -> Option<&'a str> {
        let value = self.value("payment");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = OrderLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| OrderLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 采购订单: a line.
#[derive(Clone, Copy)]
pub struct OrderLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> OrderLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 数量.
    pub const QTY: &'static str = "qty";

    /// 件数.
    pub const CASES: &'static str = "cases";

    /// 零散数.
    pub const LOOSE: &'static str = "loose";

    /// 单价.
    pub const PRICE: &'static str = "price";

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

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
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

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 件数.
    pub fn cases(self) -> Option<Amount> {
        let value = self.value("cases");
        value.as_amount()
    }

    /// 零散数.
    pub fn loose(self) -> Option<Amount> {
        let value = self.value("loose");
        value.as_amount()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 金额.
    pub fn amount(self) -> Option<Amount> {
        let value = self.value("amount");
        value.as_amount()
    }
}

/// 收货单.
#[derive(Clone, Copy)]
pub struct ReceiptSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReceiptSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

    /// 随货同行单号.
    pub const DELIVERY_NOTE: &'static str = "delivery_note";

    /// 运输方式.
    pub const TRANSPORT: &'static str = "transport";

    /// 承运单位.
    pub const CARRIER: &'static str = "carrier";

    /// 启运时间.
    pub const DEPARTED: &'static str = "departed";

    /// 到货时间.
    pub const ARRIVED: &'static str = "arrived";

    /// 到货温度（℃）.
    pub const ARRIVAL_TEMPERATURE: &'static str = "arrival_temperature";

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
        (&*slip.declaration.name == "receipt").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 供货单位.
    pub fn supplier(self) -> Option<PartyRecord<'a>> {
        let value = self.value("supplier");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// 随货同行单号.
    pub fn delivery_note(self) -> Option<&'a str> {
        let value = self.value("delivery_note");
        value.as_text()
    }

    /// 运输方式.
    pub fn transport(self) -> Option<&'a str> {
        let value = self.value("transport");
        value.as_text()
    }

    /// 承运单位.
    pub fn carrier(self) -> Option<&'a str> {
        let value = self.value("carrier");
        value.as_text()
    }

    /// 启运时间.
    pub fn departed(self) -> Option<Moment> {
        let value = self.value("departed");
        match value {
            Value::Moment(value) => Some(*value),
            _ => None,
        }
    }

    /// 到货时间.
    pub fn arrived(self) -> Option<Moment> {
        let value = self.value("arrived");
        match value {
            Value::Moment(value) => Some(*value),
            _ => None,
        }
    }

    /// 到货温度（℃）.
    pub fn arrival_temperature(self) -> Option<Amount> {
        let value = self.value("arrival_temperature");
        value.as_amount()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ReceiptLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ReceiptLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 收货单: a line.
#[derive(Clone, Copy)]
pub struct ReceiptLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ReceiptLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 生产日期.
    pub const MADE: &'static str = "made";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 到货数量.
    pub const QTY: &'static str = "qty";

    /// 件数.
    pub const CASES: &'static str = "cases";

    /// 零散数.
    pub const LOOSE: &'static str = "loose";

    /// 待验货位.
    pub const WAITING: &'static str = "waiting";

    /// 拒收数量.
    pub const REFUSED: &'static str = "refused";

    /// 拒收原因.
    pub const REFUSED_REASON: &'static str = "refused_reason";

    /// 追溯码.
    pub const CODES: &'static str = "codes";

    /// 缺码原因.
    pub const CODES_REASON: &'static str = "codes_reason";

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

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
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

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 生产日期.
    pub fn made(self) -> Option<Day> {
        let value = self.value("made");
        value.as_day()
    }

    /// 有效期至.
    pub fn expiry(self) -> Option<Day> {
        let value = self.value("expiry");
        value.as_day()
    }

    /// 到货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 件数.
    pub fn cases(self) -> Option<Amount> {
        let value = self.value("cases");
        value.as_amount()
    }

    /// 零散数.
    pub fn loose(self) -> Option<Amount> {
        let value = self.value("loose");
        value.as_amount()
    }

    /// 待验货位.
    pub fn waiting(self) -> Option<BinRecord<'a>> {
        let value = self.value("waiting");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BinRecord { key, facts })
    }

    /// 拒收数量.
    pub fn refused(self) -> Option<Amount> {
        let value = self.value("refused");
        value.as_amount()
    }

    /// 拒收原因.
    pub fn refused_reason(self) -> Option<&'a str> {
        let value = self.value("refused_reason");
        value.as_text()
    }

    /// 追溯码.
    pub fn codes(self) -> Option<&'a str> {
        let value = self.value("codes");
        value.as_text()
    }

    /// 缺码原因.
    pub fn codes_reason(self) -> Option<&'a str> {
        let value = self.value("codes_reason");
        value.as_text()
    }
}

/// 验收通知单.
#[derive(Clone, Copy)]
pub struct NoticeSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> NoticeSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

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
        (&*slip.declaration.name == "notice").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 供货单位.
    pub fn supplier(self) -> Option<PartyRecord<'a>> {
        let value = self.value("supplier");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = NoticeLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| NoticeLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 验收通知单: a line.
#[derive(Clone, Copy)]
pub struct NoticeLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> NoticeLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 待验货位.
    pub const WAITING: &'static str = "waiting";

    /// 追溯码.
    pub const CODES: &'static str = "codes";

    /// 缺码原因.
    pub const CODES_REASON: &'static str = "codes_reason";

    /// 待验数量.
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

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
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

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
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

    /// 待验货位.
    pub fn waiting(self) -> Option<BinRecord<'a>> {
        let value = self.value("waiting");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BinRecord { key, facts })
    }

    /// 追溯码.
    pub fn codes(self) -> Option<&'a str> {
        let value = self.value("codes");
        value.as_text()
    }

    /// 缺码原因.
    pub fn codes_reason(self) -> Option<&'a str> {
        let value = self.value("codes_reason");
        value.as_text()
    }

    /// 待验数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }
}

/// 质量验收单.
#[derive(Clone, Copy)]
pub struct InspectionSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> InspectionSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

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
        (&*slip.declaration.name == "inspection").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 供货单位.
    pub fn supplier(self) -> Option<PartyRecord<'a>> {
        let value = self.value("supplier");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = InspectionLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| InspectionLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 质量验收单: a line.
#[derive(Clone, Copy)]
pub struct InspectionLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> InspectionLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 待验数量.
    pub const QTY: &'static str = "qty";

    /// 待验货位.
    pub const WAITING: &'static str = "waiting";

    /// 追溯码.
    pub const CODES: &'static str = "codes";

    /// 缺码原因.
    pub const CODES_REASON: &'static str = "codes_reason";

    /// 批准文号.
    pub const APPROVAL_NUMBER: &'static str = "approval_number";

    /// 产地.
    pub const ORIGIN: &'static str = "origin";

    /// 抽样数量.
    pub const SAMPLED: &'static str = "sampled";

    /// 合格数量.
    pub const PASSED: &'static str = "passed";

    /// 不合格数量.
    pub const FAILED: &'static str = "failed";

    /// 不合格事项.
    pub const FINDING: &'static str = "finding";

    /// 处置措施.
    pub const MEASURE: &'static str = "measure";

    /// 不合格品追溯码.
    pub const FAILED_CODES: &'static str = "failed_codes";

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

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
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

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
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

    /// 待验数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 待验货位.
    pub fn waiting(self) -> Option<BinRecord<'a>> {
        let value = self.value("waiting");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(BinRecord { key, facts })
    }

    /// 追溯码.
    pub fn codes(self) -> Option<&'a str> {
        let value = self.value("codes");
        value.as_text()
    }

    /// 缺码原因.
    pub fn codes_reason(self) -> Option<&'a str> {
        let value = self.value("codes_reason");
        value.as_text()
    }

    /// 批准文号.
    pub fn approval_number(self) -> Option<&'a str> {
        let value = self.value("approval_number");
        value.as_text()
    }

    /// 产地.
    pub fn origin(self) -> Option<&'a str> {
        let value = self.value("origin");
        value.as_text()
    }

    /// 抽样数量.
    pub fn sampled(self) -> Option<Amount> {
        let value = self.value("sampled");
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

    /// 不合格事项.
    pub fn finding(self) -> Option<&'a str> {
        let value = self.value("finding");
        value.as_text()
    }

    /// 处置措施.
    pub fn measure(self) -> Option<&'a str> {
        let value = self.value("measure");
        value.as_text()
    }

    /// 不合格品追溯码.
    pub fn failed_codes(self) -> Option<&'a str> {
        let value = self.value("failed_codes");
        value.as_text()
    }
}

/// 入库单.
#[derive(Clone, Copy)]
pub struct StockInSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> StockInSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

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
        (&*slip.declaration.name == "stock_in").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 供货单位.
    pub fn supplier(self) -> Option<PartyRecord<'a>> {
        let value = self.value("supplier");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(PartyRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = StockInLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| StockInLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 入库单: a line.
#[derive(Clone, Copy)]
pub struct StockInLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> StockInLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 追溯码.
    pub const CODES: &'static str = "codes";

    /// 不合格品追溯码.
    pub const FAILED_CODES: &'static str = "failed_codes";

    /// 入库数量.
    pub const QTY: &'static str = "qty";

    /// 件数.
    pub const CASES: &'static str = "cases";

    /// 零散数.
    pub const LOOSE: &'static str = "loose";

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

    /// 商品.
    pub fn item(self) -> Option<ItemRecord<'a>> {
        let value = self.value("item");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// 剂型.
    pub fn dosage_form(self) -> Option<&'a str> {
        let value = self.value("dosage_form");
        value.as_text()
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

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
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

    /// 追溯码.
    pub fn codes(self) -> Option<&'a str> {
        let value = self.value("codes");
        value.as_text()
    }

    /// 不合格品追溯码.
    pub fn failed_codes(self) -> Option<&'a str> {
        let value = self.value("failed_codes");
        value.as_text()
    }

    /// 入库数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 件数.
    pub fn cases(self) -> Option<Amount> {
        let value = self.value("cases");
        value.as_amount()
    }

    /// 零散数.
    pub fn loose(self) -> Option<Amount> {
        let value = self.value("loose");
        value.as_amount()
    }

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }
}

/// 货位: a record as of today.
#[derive(Clone, Copy)]
pub struct BinRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> BinRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("bin", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 储存条件.
    pub fn storage(self) -> Option<Arc<str>> {
        let value = self.fact("storage");
        value.as_text().map(Arc::from)
    }

    /// 存放类别.
    pub fn goods(self) -> Option<Arc<str>> {
        let value = self.fact("goods");
        value.as_text().map(Arc::from)
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

    /// 每件数量.
    pub fn per_case(self) -> Option<Amount> {
        let value = self.fact("per_case");
        value.as_amount()
    }

    /// 可有小数.
    pub fn fractions(self) -> Option<bool> {
        let value = self.fact("fractions");
        match value {
            Value::Flag(value) => Some(value),
            _ => None,
        }
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

    /// 追溯码管理.
    pub fn trace(self) -> Option<Arc<str>> {
        let value = self.fact("trace");
        value.as_text().map(Arc::from)
    }

    /// 药品标识码.
    pub fn code_small(self) -> Option<Arc<str>> {
        let value = self.fact("code_small");
        value.as_text().map(Arc::from)
    }

    /// 中包装标识码.
    pub fn code_middle(self) -> Option<Arc<str>> {
        let value = self.fact("code_middle");
        value.as_text().map(Arc::from)
    }

    /// 大包装标识码.
    pub fn code_large(self) -> Option<Arc<str>> {
        let value = self.fact("code_large");
        value.as_text().map(Arc::from)
    }

    /// 每中包数量.
    pub fn per_middle(self) -> Option<Amount> {
        let value = self.fact("per_middle");
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

/// 单位资质: a record as of today.
#[derive(Clone, Copy)]
pub struct QualificationRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> QualificationRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("qualification", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }

    /// 资质种类.
    pub fn kind(self) -> Option<Arc<str>> {
        let value = self.fact("kind");
        value.as_text().map(Arc::from)
    }

    /// 编号.
    pub fn paper(self) -> Option<Arc<str>> {
        let value = self.fact("paper");
        value.as_text().map(Arc::from)
    }

    /// 范围.
    pub fn scope(self) -> Option<Arc<str>> {
        let value = self.fact("scope");
        value.as_text().map(Arc::from)
    }

    /// 有效期至.
    pub fn until(self) -> Option<Day> {
        let value = self.fact("until");
        value.as_day()
    }
}
