//! Typed views of the slips of 销售出库 for the rules in `flows/sales_out.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 销售开票单.
#[derive(Clone, Copy)]
pub struct BillSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> BillSlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 购货单位采购人员.
    pub const PURCHASER: &'static str = "purchaser";

    /// 结算方式.
    pub const PAYMENT: &'static str = "payment";

    /// 合计金额.
    pub const SUM: &'static str = "sum";

    /// 拟售商品.
    pub const WANTED: &'static str = "wanted";

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
        (&*slip.declaration.name == "bill").then_some(Self { slip, facts })
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

    /// 购货单位采购人员.
    pub fn purchaser(self) -> Option<QualificationRecord<'a>> {
        let value = self.value("purchaser");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(QualificationRecord { key, facts })
    }

    /// 结算方式.
    pub fn payment(self) -> Option<&'a str> {
        let value = self.value("payment");
        value.as_text()
    }

    /// 合计金额.
    pub fn sum(self) -> Option<Amount> {
        let value = self.value("sum");
        value.as_amount()
    }

    /// 拟售商品.
    pub fn wanted(self) -> Option<ItemRecord<'a>> {
        let value = self.value("wanted");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ItemRecord { key, facts })
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = BillLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| BillLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售开票单: a line.
#[derive(Clone, Copy)]
pub struct BillLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> BillLine<'a> {
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

    /// 上市许可持有人.
    pub const MARKETING_HOLDER: &'static str = "marketing_holder";

    /// 产地.
    pub const ORIGIN: &'static str = "origin";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

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

    /// 上市许可持有人.
    pub fn marketing_holder(self) -> Option<&'a str> {
        let value = self.value("marketing_holder");
        value.as_text()
    }

    /// 产地.
    pub fn origin(self) -> Option<&'a str> {
        let value = self.value("origin");
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

/// 销售出库单.
#[derive(Clone, Copy)]
pub struct DeliverySlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> DeliverySlip<'a> {
    /// 购货单位.
    pub const CUSTOMER: &'static str = "customer";

    /// 购货单位采购人员.
    pub const PURCHASER: &'static str = "purchaser";

    /// 运输方式.
    pub const TRANSPORT: &'static str = "transport";

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
        (&*slip.declaration.name == "delivery").then_some(Self { slip, facts })
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

    /// 购货单位采购人员.
    pub fn purchaser(self) -> Option<QualificationRecord<'a>> {
        let value = self.value("purchaser");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(QualificationRecord { key, facts })
    }

    /// 运输方式.
    pub fn transport(self) -> Option<&'a str> {
        let value = self.value("transport");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = DeliveryLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| DeliveryLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 销售出库单: a line.
#[derive(Clone, Copy)]
pub struct DeliveryLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> DeliveryLine<'a> {
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

    /// 上市许可持有人.
    pub const MARKETING_HOLDER: &'static str = "marketing_holder";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 批号.
    pub const BATCH: &'static str = "batch";

    /// 有效期至.
    pub const EXPIRY: &'static str = "expiry";

    /// 单价.
    pub const PRICE: &'static str = "price";

    /// 货位.
    pub const BIN: &'static str = "bin";

    /// 出库数量.
    pub const QTY: &'static str = "qty";

    /// 件数.
    pub const CASES: &'static str = "cases";

    /// 零散数.
    pub const LOOSE: &'static str = "loose";

    /// 金额.
    pub const AMOUNT: &'static str = "amount";

    /// 追溯码.
    pub const CODES: &'static str = "codes";

    /// 缺码原因.
    pub const CODES_REASON: &'static str = "codes_reason";

    /// 质量状况.
    pub const CONDITION: &'static str = "condition";

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

    /// 上市许可持有人.
    pub fn marketing_holder(self) -> Option<&'a str> {
        let value = self.value("marketing_holder");
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

    /// 货位.
    pub fn bin(self) -> Option<&'a str> {
        let value = self.value("bin");
        value.as_text()
    }

    /// 出库数量.
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

    /// 金额.
    pub fn amount(self) -> Option<Amount> {
        let value = self.value("amount");
        value.as_amount()
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

    /// 质量状况.
    pub fn condition(self) -> Option<&'a str> {
        let value = self.value("condition");
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
