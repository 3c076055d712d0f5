//! Typed views of the slips of 示例流程 for the rules in `flows/example.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Moment, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 进货单.
#[derive(Clone, Copy)]
pub struct GoodsInSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> GoodsInSlip<'a> {
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
        (&*slip.declaration.name == "goods_in").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = GoodsInLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| GoodsInLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 进货单: a line.
#[derive(Clone, Copy)]
pub struct GoodsInLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> GoodsInLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 数量.
    pub const QTY: &'static str = "qty";

    /// 单价.
    pub const PRICE: &'static str = "price";

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

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 单价.
    pub fn price(self) -> Option<Amount> {
        let value = self.value("price");
        value.as_amount()
    }
}

/// 出货单.
#[derive(Clone, Copy)]
pub struct GoodsOutSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> GoodsOutSlip<'a> {
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
        (&*slip.declaration.name == "goods_out").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = GoodsOutLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| GoodsOutLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 出货单: a line.
#[derive(Clone, Copy)]
pub struct GoodsOutLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> GoodsOutLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 数量.
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

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }
}

/// 退货单.
#[derive(Clone, Copy)]
pub struct GoodsBackSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> GoodsBackSlip<'a> {
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
        (&*slip.declaration.name == "goods_back").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = GoodsBackLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| GoodsBackLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 退货单: a line.
#[derive(Clone, Copy)]
pub struct GoodsBackLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> GoodsBackLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 数量.
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

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }
}

/// 调价单.
#[derive(Clone, Copy)]
pub struct NewPriceSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> NewPriceSlip<'a> {
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
        (&*slip.declaration.name == "new_price").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = NewPriceLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| NewPriceLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 调价单: a line.
#[derive(Clone, Copy)]
pub struct NewPriceLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> NewPriceLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 数量.
    pub const QTY: &'static str = "qty";

    /// 差额.
    pub const DIFFERENCE: &'static str = "difference";

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

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 差额.
    pub fn difference(self) -> Option<Amount> {
        let value = self.value("difference");
        value.as_amount()
    }
}

/// 结转单.
#[derive(Clone, Copy)]
pub struct MonthSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> MonthSlip<'a> {
    /// 截止日.
    pub const UNTIL: &'static str = "until";

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
        (&*slip.declaration.name == "month").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 截止日.
    pub fn until(self) -> Option<Day> {
        let value = self.value("until");
        value.as_day()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = MonthLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| MonthLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 结转单: a line.
#[derive(Clone, Copy)]
pub struct MonthLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> MonthLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

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
}

/// 采购订单.
#[derive(Clone, Copy)]
pub struct OrderSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> OrderSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

    /// 收货仓库.
    pub const WAREHOUSE: &'static str = "warehouse";

    /// 许可证有效期至.
    pub const LICENSED: &'static str = "licensed";

    /// 合计金额.
    pub const SUM: &'static str = "sum";

    /// 备注.
    pub const REMARK: &'static str = "remark";

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

    /// 收货仓库.
    pub fn warehouse(self) -> Option<WarehouseRecord<'a>> {
        let value = self.value("warehouse");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(WarehouseRecord { key, facts })
    }

    /// 许可证有效期至.
    pub fn licensed(self) -> Option<Day> {
        let value = self.value("licensed");
        value.as_day()
    }

    /// 合计金额.
    pub fn sum(self) -> Option<Amount> {
        let value = self.value("sum");
        value.as_amount()
    }

    /// 备注.
    pub fn remark(self) -> Option<&'a str> {
        let value = self.value("remark");
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

    /// 税类.
    pub const TAX_CLASS: &'static str = "tax_class";

    /// 数量.
    pub const QTY: &'static str = "qty";

    /// 件数.
    pub const CASES: &'static str = "cases";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 金额.
    pub const AMOUNT: &'static str = "amount";

    /// 税额.
    pub const TAX: &'static str = "tax";

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

    /// 税类.
    pub fn tax_class(self) -> Option<&'a str> {
        let value = self.value("tax_class");
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

    /// 税额.
    pub fn tax(self) -> Option<Amount> {
        let value = self.value("tax");
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

    /// 收货仓库.
    pub const WAREHOUSE: &'static str = "warehouse";

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

    /// 收货仓库.
    pub fn warehouse(self) -> Option<WarehouseRecord<'a>> {
        let value = self.value("warehouse");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(WarehouseRecord { key, facts })
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

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 货位.
    pub const BIN: &'static str = "bin";

    /// 到货数量.
    pub const QTY: &'static str = "qty";

    /// 拒收数量.
    pub const REFUSED: &'static str = "refused";

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

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }

    /// 到货数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }

    /// 拒收数量.
    pub fn refused(self) -> Option<Amount> {
        let value = self.value("refused");
        value.as_amount()
    }
}

/// 付款单.
#[derive(Clone, Copy)]
pub struct PaymentSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> PaymentSlip<'a> {
    /// 供货单位.
    pub const SUPPLIER: &'static str = "supplier";

    /// 付款科目.
    pub const ACCOUNT: &'static str = "account";

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
        (&*slip.declaration.name == "payment").then_some(Self { slip, facts })
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

    /// 付款科目.
    pub fn account(self) -> Option<AccountRecord<'a>> {
        let value = self.value("account");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(AccountRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = PaymentLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| PaymentLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 付款单: a line.
#[derive(Clone, Copy)]
pub struct PaymentLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> PaymentLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 付款数量.
    pub const PAID: &'static str = "paid";

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

    /// 付款数量.
    pub fn paid(self) -> Option<Amount> {
        let value = self.value("paid");
        value.as_amount()
    }
}

/// 销毁记录.
#[derive(Clone, Copy)]
pub struct DestructionSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> DestructionSlip<'a> {
    /// 监销人.
    pub const WITNESS: &'static str = "witness";

    /// 销毁时间.
    pub const AT: &'static str = "at";

    /// 已焚毁.
    pub const BURNT: &'static str = "burnt";

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
        (&*slip.declaration.name == "destruction").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 监销人.
    pub fn witness(self) -> Option<&'a str> {
        let value = self.value("witness");
        value.as_text()
    }

    /// 销毁时间.
    pub fn at(self) -> Option<Moment> {
        let value = self.value("at");
        match value {
            Value::Moment(value) => Some(*value),
            _ => None,
        }
    }

    /// 已焚毁.
    pub fn burnt(self) -> Option<bool> {
        let value = self.value("burnt");
        match value {
            Value::Flag(value) => Some(*value),
            _ => None,
        }
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = DestructionLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| DestructionLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销毁记录: a line.
#[derive(Clone, Copy)]
pub struct DestructionLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> DestructionLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 货位.
    pub const BIN: &'static str = "bin";

    /// 销毁数量.
    pub const DESTROYED: &'static str = "destroyed";

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

    /// 批号.
    pub fn batch(self) -> Option<&'a str> {
        let value = self.value("batch");
        value.as_text()
    }

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }

    /// 销毁数量.
    pub fn destroyed(self) -> Option<Amount> {
        let value = self.value("destroyed");
        value.as_amount()
    }
}

/// 差异报告.
#[derive(Clone, Copy)]
pub struct ReportSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ReportSlip<'a> {
    /// 标题.
    pub const TITLE: &'static str = "title";

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
        (&*slip.declaration.name == "report").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 标题.
    pub fn title(self) -> Option<&'a str> {
        let value = self.value("title");
        value.as_text()
    }
}

/// 养护计划单.
#[derive(Clone, Copy)]
pub struct PlanSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> PlanSlip<'a> {
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
        (&*slip.declaration.name == "plan").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = PlanLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| PlanLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 养护计划单: a line.
#[derive(Clone, Copy)]
pub struct PlanLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> PlanLine<'a> {
    /// 商品.
    pub const ITEM: &'static str = "item";

    /// 数量.
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

    /// 数量.
    pub fn qty(self) -> Option<Amount> {
        let value = self.value("qty");
        value.as_amount()
    }
}

/// 科目: a record as of today.
#[derive(Clone, Copy)]
pub struct AccountRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> AccountRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("account", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
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

    /// 储存条件.
    pub fn storage(self) -> Option<Arc<str>> {
        let value = self.fact("storage");
        value.as_text().map(Arc::from)
    }

    /// 类别.
    pub fn class(self) -> Option<Arc<str>> {
        let value = self.fact("class");
        value.as_text().map(Arc::from)
    }

    /// 每件数量.
    pub fn per_case(self) -> Option<Amount> {
        let value = self.fact("per_case");
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

    /// 许可证有效期至.
    pub fn licence_until(self) -> Option<Day> {
        let value = self.fact("licence_until");
        value.as_day()
    }

    /// 银行账号.
    pub fn bank_account(self) -> Option<Arc<str>> {
        let value = self.fact("bank_account");
        value.as_text().map(Arc::from)
    }
}

/// 仓库: a record as of today.
#[derive(Clone, Copy)]
pub struct WarehouseRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> WarehouseRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("warehouse", self.key, field)
    }

    /// 名称.
    pub fn name(self) -> Option<Arc<str>> {
        let value = self.fact("name");
        value.as_text().map(Arc::from)
    }
}
