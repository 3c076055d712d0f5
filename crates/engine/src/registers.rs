//! Records: facts of a pack's registers, written by steps or by an administrator.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, Value};
use model::{Catalog, Field, FieldKind, RecordRule, Register};

use crate::scope::View;
use crate::step::{Checked, Context};
use crate::values::{entered, is_hidden, refuse, shown};
use crate::{Class, Command, Record, Refusal, World, WorldError};

/// The next version of a record.
pub(crate) fn next_version(
    world: &dyn World,
    register: Arc<str>,
    key: Arc<str>,
    from: Day,
    body: String,
) -> Result<Record, WorldError> {
    let version = world
        .records(&register, &key)?
        .last()
        .map_or(1, |record| record.version + 1);
    Ok(Record::new(register, key, version, from, body.into()))
}

/// The facts that a step records, beside those it records already. Of one record several rules and lines may tell something;
/// what they tell from one day on is one version.
pub(crate) fn by_rule(view: View<'_>, rule: &RecordRule, out: &mut Vec<Record>) -> Checked<()> {
    let context = view.context;
    let Some(register) = context.pack.register(&rule.register) else {
        return Ok(());
    };
    let lines: Vec<Option<&crate::Line>> = if rule.per_line {
        view.lines.iter().map(Some).collect()
    } else {
        vec![None]
    };
    for line in lines {
        let at = view.at(line);
        if let Some(when) = &rule.when
            && at.value(when)? != Value::Flag(true)
        {
            continue;
        }
        let key = at.value(&rule.key)?.to_string();
        check_key(&key)?;
        let from = match &rule.from {
            Some(from) => at.value(from)?.as_day().unwrap_or(context.today()),
            None => context.today(),
        };
        let mut values = Vec::with_capacity(rule.fields.len());
        for (field, expr) in &rule.fields {
            let value = at.value(expr)?;
            values.extend(register.fields.get(*field).map(|field| (field, value)));
        }
        tell(context, register, &key, from, &values, out)?;
    }
    Ok(())
}

/// Adds values of fields to what a step records of a key from one day on.
pub(crate) fn tell(
    context: Context<'_>,
    register: &Register,
    key: &str,
    from: Day,
    values: &[(&Field, Value)],
    out: &mut Vec<Record>,
) -> Checked<()> {
    let name = register.qualified.clone();
    let told = |record: &&mut Record| record.register == name && *record.key == *key;
    let told = out.iter_mut().rev().find(told);
    let mut fields = match &told {
        Some(told) if told.from == from => known(told),
        _ => in_force(context.world, &name, key, from)?,
    };
    for (field, value) in values {
        set(&mut fields, &field.name, value);
    }
    let body = serde_json::to_string(&fields).unwrap_or_default();
    match told {
        Some(told) if told.from == from => {
            let (register, key) = (told.register.clone(), told.key.clone());
            *told = Record::new(register, key, told.version, from, body.into());
        }
        Some(told) => {
            let next = told.version + 1;
            out.push(Record::new(name, key.into(), next, from, body.into()));
        }
        None => out.push(next_version(context.world, name, key.into(), from, body)?),
    }
    Ok(())
}

fn known(record: &Record) -> BTreeMap<String, String> {
    serde_json::from_str(&record.body).unwrap_or_default()
}

/// What is known of a record on a day: a new version says only what it changes, the rest stays as it was.
fn in_force(
    world: &dyn World,
    register: &str,
    key: &str,
    day: Day,
) -> Result<BTreeMap<String, String>, WorldError> {
    let versions = world.records(register, key)?;
    Ok(Record::on(&versions, day).map(known).unwrap_or_default())
}

/// An empty value takes the field off the record.
fn set(fields: &mut BTreeMap<String, String>, name: &str, value: &kernel::Value) {
    if value.is_empty() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), value.to_string());
    }
}

/// Keys of records: 1 to 64 characters, no control characters, no space at either end.
fn check_key(key: &str) -> Checked<()> {
    let length = key.chars().count();
    if length == 0 || length > 64 || key.trim() != key || key.chars().any(is_hidden) {
        return Err(Refusal::new(
            Class::Field,
            "key",
            "编码须为 1 至 64 个可见字符，首尾无空格",
            "a code has 1 to 64 visible characters and no space at either end",
        )
        .into());
    }
    Ok(())
}

/// A record as an administrator or an import gives it. Fields left out stay as they were; those given must be readable,
/// and one given empty is taken off. What slips change can only be put for the first time.
pub(crate) fn put(
    catalog: &Catalog,
    world: &dyn World,
    command: &Command,
    qualified: &str,
    key: &str,
    typed: &BTreeMap<String, String>,
    from: Option<Day>,
) -> Checked<Record> {
    let register = find(catalog, qualified)?;
    check_key(key)?;
    if register.by_slips && !world.records(qualified, key)?.is_empty() {
        return Err(by_slips(register, key).into());
    }
    let mut refusals = Vec::new();
    let from = from.unwrap_or(command.today());
    let mut fields = in_force(world, qualified, key, from)?;
    for (name, text) in typed {
        let Some((_, field)) = register.field(name) else {
            let shown = shown(name);
            refusals.push(
                Refusal::new(
                    Class::Field,
                    "unknown_field",
                    format!("没有字段 {shown}"),
                    format!("there is no field {shown}"),
                )
                .at(None, &shown),
            );
            continue;
        };
        match entered(field, text) {
            Ok(value) => {
                if let (FieldKind::Register(other), false) = (&field.kind, value.is_empty()) {
                    let pack = qualified.split('.').next().unwrap_or_default();
                    let versions = world.records(&format!("{pack}.{other}"), &value.to_string())?;
                    if versions.is_empty() {
                        refusals.push(
                            Refusal::new(
                                Class::Field,
                                "reference",
                                format!("{} {value} 不存在", field.label.zh),
                                format!("{} {value} does not exist", field.label.en),
                            )
                            .at(None, name),
                        );
                    }
                }
                set(&mut fields, &field.name, &value);
            }
            Err(why) => refusals.push(refuse(field, None, &why)),
        }
    }
    if let Some(refusal) = Refusal::all(refusals) {
        return Err(refusal.into());
    }
    let body = serde_json::to_string(&fields).unwrap_or_default();
    Ok(next_version(
        world,
        qualified.into(),
        key.into(),
        from,
        body,
    )?)
}

fn by_slips(register: &Register, key: &str) -> Refusal {
    let (zh, en, key) = (&register.label.zh, &register.label.en, shown(key));
    Refusal::new(
        Class::Role,
        "by_slips",
        format!("{zh} {key} 已有记录，更改须填单申请、经审批后由单据登记"),
        format!("{en} {key} is on record; it is changed by a slip that is asked for and approved"),
    )
}

fn find<'a>(catalog: &'a Catalog, qualified: &str) -> Checked<&'a Register> {
    let found = qualified
        .split_once('.')
        .and_then(|(pack, register)| catalog.pack(pack)?.register(register));
    found.ok_or_else(|| {
        Refusal::new(
            Class::Request,
            "unknown_register",
            format!("没有台账 {}", shown(qualified)),
            format!("there is no register {}", shown(qualified)),
        )
        .into()
    })
}
