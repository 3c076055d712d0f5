//! Typed views of the slips of 单位资料初装 for the rules in `flows/partner_registration.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use kernel::{Amount, Day, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 单位资料初装卡片.
#[derive(Clone, Copy)]
pub struct PartyCardSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> PartyCardSlip<'a> {
    /// 单位编码.
    pub const CODE: &'static str = "code";

    /// 单位名称.
    pub const NAME: &'static str = "name";

    /// 类别.
    pub const KIND: &'static str = "kind";

    /// 统一社会信用代码.
    pub const BUSINESS_LICENCE: &'static str = "business_licence";

    /// 地址.
    pub const ADDRESS: &'static str = "address";

    /// 联系人.
    pub const CONTACT: &'static str = "contact";

    /// 电话.
    pub const TELEPHONE: &'static str = "telephone";

    /// 开户银行.
    pub const BANK: &'static str = "bank";

    /// 银行账号.
    pub const BANK_ACCOUNT: &'static str = "bank_account";

    /// 信用额度.
    pub const CREDIT_LIMIT: &'static str = "credit_limit";

    /// 许可证编号.
    pub const LICENCE_NUMBER: &'static str = "licence_number";

    /// 许可证有效期至.
    pub const LICENCE_UNTIL: &'static str = "licence_until";

    /// 经营范围.
    pub const SCOPE: &'static str = "scope";

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
        (&*slip.declaration.name == "party_card").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 单位编码.
    pub fn code(self) -> Option<&'a str> {
        let value = self.value("code");
        value.as_text()
    }

    /// 单位名称.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 类别.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 统一社会信用代码.
    pub fn business_licence(self) -> Option<&'a str> {
        let value = self.value("business_licence");
        value.as_text()
    }

    /// 地址.
    pub fn address(self) -> Option<&'a str> {
        let value = self.value("address");
        value.as_text()
    }

    /// 联系人.
    pub fn contact(self) -> Option<&'a str> {
        let value = self.value("contact");
        value.as_text()
    }

    /// 电话.
    pub fn telephone(self) -> Option<&'a str> {
        let value = self.value("telephone");
        value.as_text()
    }

    /// 开户银行.
    pub fn bank(self) -> Option<&'a str> {
        let value = self.value("bank");
        value.as_text()
    }

    /// 银行账号.
    pub fn bank_account(self) -> Option<&'a str> {
        let value = self.value("bank_account");
        value.as_text()
    }

    /// 信用额度.
    pub fn credit_limit(self) -> Option<Amount> {
        let value = self.value("credit_limit");
        value.as_amount()
    }

    /// 许可证编号.
    pub fn licence_number(self) -> Option<&'a str> {
        let value = self.value("licence_number");
        value.as_text()
    }

    /// 许可证有效期至.
    pub fn licence_until(self) -> Option<Day> {
        let value = self.value("licence_until");
        value.as_day()
    }

    /// 经营范围.
    pub fn scope(self) -> Option<&'a str> {
        let value = self.value("scope");
        value.as_text()
    }
}

/// 单位资料二级卡片.
#[derive(Clone, Copy)]
pub struct DossierSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> DossierSlip<'a> {
    /// 单位编码.
    pub const CODE: &'static str = "code";

    /// 单位名称.
    pub const NAME: &'static str = "name";

    /// 类别.
    pub const KIND: &'static str = "kind";

    /// 统一社会信用代码.
    pub const BUSINESS_LICENCE: &'static str = "business_licence";

    /// 地址.
    pub const ADDRESS: &'static str = "address";

    /// 联系人.
    pub const CONTACT: &'static str = "contact";

    /// 电话.
    pub const TELEPHONE: &'static str = "telephone";

    /// 开户银行.
    pub const BANK: &'static str = "bank";

    /// 银行账号.
    pub const BANK_ACCOUNT: &'static str = "bank_account";

    /// 信用额度.
    pub const CREDIT_LIMIT: &'static str = "credit_limit";

    /// 许可证编号.
    pub const LICENCE_NUMBER: &'static str = "licence_number";

    /// 许可证有效期至.
    pub const LICENCE_UNTIL: &'static str = "licence_until";

    /// 经营范围.
    pub const SCOPE: &'static str = "scope";

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
        (&*slip.declaration.name == "dossier").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 单位编码.
    pub fn code(self) -> Option<&'a str> {
        let value = self.value("code");
        value.as_text()
    }

    /// 单位名称.
    pub fn name(self) -> Option<&'a str> {
        let value = self.value("name");
        value.as_text()
    }

    /// 类别.
    pub fn kind(self) -> Option<&'a str> {
        let value = self.value("kind");
        value.as_text()
    }

    /// 统一社会信用代码.
    pub fn business_licence(self) -> Option<&'a str> {
        let value = self.value("business_licence");
        value.as_text()
    }

    /// 地址.
    pub fn address(self) -> Option<&'a str> {
        let value = self.value("address");
        value.as_text()
    }

    /// 联系人.
    pub fn contact(self) -> Option<&'a str> {
        let value = self.value("contact");
        value.as_text()
    }

    /// 电话.
    pub fn telephone(self) -> Option<&'a str> {
        let value = self.value("telephone");
        value.as_text()
    }

    /// 开户银行.
    pub fn bank(self) -> Option<&'a str> {
        let value = self.value("bank");
        value.as_text()
    }

    /// 银行账号.
    pub fn bank_account(self) -> Option<&'a str> {
        let value = self.value("bank_account");
        value.as_text()
    }

    /// 信用额度.
    pub fn credit_limit(self) -> Option<Amount> {
        let value = self.value("credit_limit");
        value.as_amount()
    }

    /// 许可证编号.
    pub fn licence_number(self) -> Option<&'a str> {
        let value = self.value("licence_number");
        value.as_text()
    }

    /// 许可证有效期至.
    pub fn licence_until(self) -> Option<Day> {
        let value = self.value("licence_until");
        value.as_day()
    }

    /// 经营范围.
    pub fn scope(self) -> Option<&'a str> {
        let value = self.value("scope");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = DossierLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| DossierLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 单位资料二级卡片: a line.
#[derive(Clone, Copy)]
pub struct DossierLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> DossierLine<'a> {
    /// 资质种类.
    pub const PROOF: &'static str = "proof";

    /// 持有人.
    pub const HOLDER: &'static str = "holder";

    /// 编号.
    pub const PAPER: &'static str = "paper";

    /// 范围.
    pub const COVERS: &'static str = "covers";

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

    /// 资质种类.
    pub fn proof(self) -> Option<&'a str> {
        let value = self.value("proof");
        value.as_text()
    }

    /// 持有人.
    pub fn holder(self) -> Option<&'a str> {
        let value = self.value("holder");
        value.as_text()
    }

    /// 编号.
    pub fn paper(self) -> Option<&'a str> {
        let value = self.value("paper");
        value.as_text()
    }

    /// 范围.
    pub fn covers(self) -> Option<&'a str> {
        let value = self.value("covers");
        value.as_text()
    }

    /// 有效期至.
    pub fn until(self) -> Option<Day> {
        let value = self.value("until");
        value.as_day()
    }
}
