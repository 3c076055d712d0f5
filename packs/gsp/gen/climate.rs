//! Typed views of the slips of 温湿度监测 for the rules in `flows/climate.rs`.
//! Generated from the pack's text; a test keeps it so. Do not edit.

use std::sync::Arc;

use kernel::{Amount, Day, Moment, Value};
use model::{Facts, RuleContext, RuleSlip};

/// 温湿度记录.
#[derive(Clone, Copy)]
pub struct ClimateLogSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> ClimateLogSlip<'a> {
    /// 库区.
    pub const ZONE: &'static str = "zone";

    /// 储存条件.
    pub const STORAGE: &'static str = "storage";

    /// 调控措施.
    pub const MEASURE: &'static str = "measure";

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
        (&*slip.declaration.name == "climate_log").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 库区.
    pub fn zone(self) -> Option<ZoneRecord<'a>> {
        let value = self.value("zone");
        let (key, facts) = (value.as_text()?, self.facts);
        Some(ZoneRecord { key, facts })
    }

    /// 储存条件.
    pub fn storage(self) -> Option<&'a str> {
        let value = self.value("storage");
        value.as_text()
    }

    /// 调控措施.
    pub fn measure(self) -> Option<&'a str> {
        let value = self.value("measure");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = ClimateLogLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| ClimateLogLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 温湿度记录: a line.
#[derive(Clone, Copy)]
pub struct ClimateLogLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> ClimateLogLine<'a> {
    /// 时间.
    pub const AT: &'static str = "at";

    /// 温度（℃）.
    pub const TEMPERATURE: &'static str = "temperature";

    /// 相对湿度（%）.
    pub const HUMIDITY: &'static str = "humidity";

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

    /// 时间.
    pub fn at(self) -> Option<Moment> {
        let value = self.value("at");
        match value {
            Value::Moment(value) => Some(*value),
            _ => None,
        }
    }

    /// 温度（℃）.
    pub fn temperature(self) -> Option<Amount> {
        let value = self.value("temperature");
        value.as_amount()
    }

    /// 相对湿度（%）.
    pub fn humidity(self) -> Option<Amount> {
        let value = self.value("humidity");
        value.as_amount()
    }
}

/// 途中温度记录.
#[derive(Clone, Copy)]
pub struct TransitLogSlip<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
}

impl<'a> TransitLogSlip<'a> {
    /// 监测设备编号.
    pub const DEVICE: &'static str = "device";

    /// 温度范围.
    pub const STORAGE: &'static str = "storage";

    /// 偏差及处置.
    pub const DEVIATION: &'static str = "deviation";

    /// 审核意见.
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
        (&*slip.declaration.name == "transit_log").then_some(Self { slip, facts })
    }

    /// Registers and parameters, as of the day of the signature.
    pub fn facts(self) -> &'a dyn Facts {
        self.facts
    }

    fn value(self, field: &str) -> &'a Value {
        self.slip.header(field)
    }

    /// 监测设备编号.
    pub fn device(self) -> Option<&'a str> {
        let value = self.value("device");
        value.as_text()
    }

    /// 温度范围.
    pub fn storage(self) -> Option<&'a str> {
        let value = self.value("storage");
        value.as_text()
    }

    /// 偏差及处置.
    pub fn deviation(self) -> Option<&'a str> {
        let value = self.value("deviation");
        value.as_text()
    }

    /// 审核意见.
    pub fn decision(self) -> Option<&'a str> {
        let value = self.value("decision");
        value.as_text()
    }

    /// Its lines.
    pub fn lines(self) -> impl Iterator<Item = TransitLogLine<'a>> {
        (0..self.slip.lines.len()).map(move |position| TransitLogLine {
            slip: self.slip,
            facts: self.facts,
            position,
        })
    }
}

/// 途中温度记录: a line.
#[derive(Clone, Copy)]
pub struct TransitLogLine<'a> {
    slip: RuleSlip<'a>,
    facts: &'a dyn Facts,
    position: usize,
}

impl<'a> TransitLogLine<'a> {
    /// 时间.
    pub const AT: &'static str = "at";

    /// 温度（℃）.
    pub const TEMPERATURE: &'static str = "temperature";

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

    /// 时间.
    pub fn at(self) -> Option<Moment> {
        let value = self.value("at");
        match value {
            Value::Moment(value) => Some(*value),
            _ => None,
        }
    }

    /// 温度（℃）.
    pub fn temperature(self) -> Option<Amount> {
        let value = self.value("temperature");
        value.as_amount()
    }
}

/// 库区: a record as of today.
#[derive(Clone, Copy)]
pub struct ZoneRecord<'a> {
    key: &'a str,
    facts: &'a dyn Facts,
}

impl<'a> ZoneRecord<'a> {
    /// Its key.
    pub fn key(self) -> &'a str {
        self.key
    }

    fn fact(self, field: &str) -> Value {
        self.facts.fact("zone", self.key, field)
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

    /// 监测设备.
    pub fn monitor(self) -> Option<Arc<str>> {
        let value = self.fact("monitor");
        value.as_text().map(Arc::from)
    }

    /// 冷库验证有效期至.
    pub fn validated_until(self) -> Option<Day> {
        let value = self.fact("validated_until");
        value.as_day()
    }
}
