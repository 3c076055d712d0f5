//! Typed views of the slips of 商品资料初装 for the rules in `flows/item_registration.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 商品资料初装卡片.
#[derive(Clone, Copy)]
pub struct ItemCardSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ItemCardSlip<'a> {
    /// 商品编码.
    pub const CODE: &'static str = "code";

    /// 名称.
    pub const NAME: &'static str = "name";

    /// 通用名称.
    pub const GENERIC_NAME: &'static str = "generic_name";

    /// 剂型.
    pub const DOSAGE_FORM: &'static str = "dosage_form";

    /// 规格.
    pub const SPECIFICATION: &'static str = "specification";

    /// 单位.
    pub const UNIT: &'static str = "unit";

    /// 每件数量.
    pub const PER_CASE: &'static str = "per_case";

    /// 可有小数.
    pub const FRACTIONS: &'static str = "fractions";

    /// 商品条码.
    pub const GTIN: &'static str = "gtin";

    /// 批准文号.
    pub const APPROVAL_NUMBER: &'static str = "approval_number";

    /// 生产厂商.
    pub const MANUFACTURER: &'static str = "manufacturer";

    /// 上市许可持有人.
    pub const MARKETING_HOLDER: &'static str = "marketing_holder";

    /// 产地.
    pub const ORIGIN: &'static str = "origin";

    /// 药品类别.
    pub const CLASS: &'static str = "class";

    /// 储存条件.
    pub const STORAGE: &'static str = "storage";

    /// 单独存放.
    pub const APART: &'static str = "apart";

    /// 批准文号有效期至.
    pub const APPROVAL_UNTIL: &'static str = "approval_until";

    /// 重点养护.
    pub const KEY_MAINTENANCE: &'static str = "key_maintenance";

    /// 追溯码管理.
    pub const TRACE: &'static str = "trace";

    /// 药品标识码.
    pub const CODE_SMALL: &'static str = "code_small";

    /// 中包装标识码.
    pub const CODE_MIDDLE: &'static str = "code_middle";

    /// 大包装标识码.
    pub const CODE_LARGE: &'static str = "code_large";

    /// 每中包数量.
    pub const PER_MIDDLE: &'static str = "per_middle";

    /// 已收资料.
    pub const DOSSIER: &'static str = "dossier";

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
        (&*slip.declaration.name == "item_card").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 商品编码.
    pub fn code(self) -> Option<&'a str> {
        let value = self.value("code");
        value.as_text()
    }

    /// 名称.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 通用名称.
    pub fn generic_name(self) -> Option<&'a str> {
        let value = self.value("generic_name");
        value.as_text()
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

    /// 单位.
    pub fn unit(self) -> Option<&'a str> {
        let value = self.value("unit");
        value.as_text()
    }

    /// 每件数量.
    pub fn per_case(self) -> Option<Amount> {
        let value = self.value("per_case");
        value.as_amount()
    }

    /// 可有小数.
    pub fn fractions(self) -> Option<bool> {
        let value = self.value("fractions");
        match value {
            Value::Flag(value) => Some(*value),
            _ => None,
        }
    }

    /// 商品条码.
    pub fn gtin(self) -> Option<&'a str> {
        let value = self.value("gtin");
        value.as_text()
    }

    /// 批准文号.
    pub fn approval_number(self) -> Option<&'a str> {
        let value = self.value("approval_number");
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

    /// 药品类别.
    pub fn class(self) -> Option<&'a str> {
        let value = self.value("class");
        value.as_text()
    }

    /// 储存条件.
    pub fn storage(self) -> Option<&'a str> {
        let value = self.value("storage");
        value.as_text()
    }

    /// 单独存放.
    pub fn apart(self) -> Option<&'a str> {
        let value = self.value("apart");
        value.as_text()
    }

    /// 批准文号有效期至.
    pub fn approval_until(self) -> Option<Day> {
        let value = self.value("approval_until");
        value.as_day()
    }

    /// 重点养护.
    pub fn key_maintenance(self) -> Option<bool> {
        let value = self.value("key_maintenance");
        match value {
            Value::Flag(value) => Some(*value),
            _ => None,
        }
    }

    /// 追溯码管理.
    pub fn trace(self) -> Option<&'a str> {
        let value = self.value("trace");
        value.as_text()
    }

    /// 药品标识码.
    pub fn code_small(self) -> Option<&'a str> {
        let value = self.value("code_small");
        value.as_text()
    }

    /// 中包装标识码.
    pub fn code_middle(self) -> Option<&'a str> {
        let value = self.value("code_middle");
        value.as_text()
    }

    /// 大包装标识码.
    pub fn code_large(self) -> Option<&'a str> {
        let value = self.value("code_large");
        value.as_text()
    }

    /// 每中包数量.
    pub fn per_middle(self) -> Option<Amount> {
        let value = self.value("per_middle");
        value.as_amount()
    }

    /// 已收资料.
    pub fn dossier(self) -> Option<&'a str> {
        let value = self.value("dossier");
        value.as_text()
    }
}
