//! What things are called: steps, slips, roles, states, in the language of the page.

use std::sync::Arc;

use engine::{Person, SlipState};
use kernel::Day;
use model::{Catalog, Flow, Label, Pack, Step};

use crate::names;
use crate::parts::Tone;
use crate::parts::lang::{Lang, t};

/// The text of a label; Chinese where a pack gives no English.
pub(crate) fn label(lang: Lang, label: &Label) -> &str {
    match lang {
        Lang::En if !label.en.is_empty() => &label.en,
        _ => &label.zh,
    }
}

/// A step, by its qualified name under a pack version (the current one when absent or unknown).
pub(crate) fn step<'a>(
    catalog: &'a Catalog,
    version: Option<&str>,
    qualified: &str,
) -> Option<(&'a Arc<Pack>, &'a Flow, usize, &'a Step)> {
    let mut parts = qualified.splitn(3, '.');
    let (pack, flow, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let found = version
        .and_then(|version| catalog.version(version))
        .filter(|found| &*found.name == pack);
    let pack = found.or_else(|| catalog.pack(pack))?;
    let (_, flow) = pack.flow(flow)?;
    let (at, step) = flow.step(rest)?;
    Some((pack, flow, at, step))
}

/// What a step is called.
pub(crate) fn step_name(
    catalog: &Catalog,
    lang: Lang,
    version: Option<&str>,
    qualified: &str,
) -> String {
    step(catalog, version, qualified).map_or_else(
        || qualified.to_owned(),
        |(_, _, _, step)| label(lang, &step.label).to_owned(),
    )
}

/// What a kind of slip is called.
pub(crate) fn kind_name(catalog: &Catalog, lang: Lang, version: &str, kind: &str) -> String {
    label(lang, &names::kind(catalog, version, kind)).to_owned()
}

/// What a qualified role is called.
pub(crate) fn role_name(catalog: &Catalog, lang: Lang, qualified: &str) -> String {
    label(lang, &names::role(catalog, qualified)).to_owned()
}

/// Names joined as the language joins them.
pub(crate) fn joined(lang: Lang, names: &[String]) -> String {
    names.join(t(lang, "、", ", "))
}

/// The roles a person holds on a day, joined for reading.
pub(crate) fn roles_of(catalog: &Catalog, lang: Lang, person: &Person, today: Day) -> String {
    let mut names: Vec<String> = Vec::new();
    for grant in &person.grants {
        if !person.holds(&grant.role, None, today) {
            continue;
        }
        let role = role_name(catalog, lang, &grant.role);
        let name = if grant.scope.is_empty() {
            role
        } else {
            format!("{role} ({})", grant.scope)
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if person.administrator {
        names.push(t(lang, "系统管理员", "Administrator").to_owned());
    }
    joined(lang, &names)
}

/// The roles that may sign a step, joined for reading.
pub(crate) fn step_roles(lang: Lang, pack: &Pack, step: &Step) -> String {
    let names: Vec<String> = step
        .by
        .iter()
        .filter_map(|role| pack.roles.get(*role))
        .map(|role| label(lang, &role.label).to_owned())
        .collect();
    joined(lang, &names)
}

/// Whether a person holds a role of a step, within whatever scope.
pub(crate) fn may(pack: &Pack, step: &Step, person: &Person, today: Day) -> bool {
    step.by
        .iter()
        .filter_map(|role| pack.roles.get(*role))
        .any(|role| person.holds(&format!("{}.{}", pack.name, role.name), None, today))
}

/// What a qualified register is called.
pub(crate) fn register_name(catalog: &Catalog, lang: Lang, qualified: &str) -> String {
    names::register(catalog, qualified).map_or_else(
        || qualified.to_owned(),
        |register| label(lang, &register.label).to_owned(),
    )
}

/// What was due when a timer of this name ran out.
pub(crate) fn timer(catalog: &Catalog, lang: Lang, version: Option<&str>, name: &str) -> String {
    match name.split_once(':') {
        Some(("step", step)) => {
            let step = step_name(catalog, lang, version, step);
            format!("{step} {}", t(lang, "已逾期", "is overdue"))
        }
        Some(("hold", _)) => t(lang, "占用到期", "what was set aside ran out").to_owned(),
        _ => name.to_owned(),
    }
}

/// The colour and word of a state.
pub(crate) fn state(lang: Lang, state: SlipState) -> (Tone, &'static str) {
    match state {
        SlipState::Open => (Tone::Wait, t(lang, "办理中", "Under way")),
        SlipState::Done => (Tone::Done, t(lang, "已执行", "Executed")),
        SlipState::Void => (Tone::Dead, t(lang, "已作废", "Void")),
        SlipState::Reversed => (Tone::Dead, t(lang, "已冲销", "Reversed")),
    }
}

/// What a command does, in a word or two, by its name in the journal.
pub(crate) fn act(lang: Lang, name: &str) -> &str {
    match name {
        "step" => t(lang, "签字", "Sign"),
        "return" => t(lang, "退回", "Return"),
        "withdraw" => t(lang, "撤回", "Withdraw"),
        "void" => t(lang, "作废", "Void"),
        "ask_reversal" => t(lang, "申请冲销", "Ask for reversal"),
        "reverse" => t(lang, "确认冲销", "Confirm reversal"),
        "refuse_reversal" => t(lang, "退回冲销申请", "Turn reversal down"),
        "hand_over" => t(lang, "转办", "Hand over"),
        "add_signer" => t(lang, "加签", "Add a signer"),
        "cosign" => t(lang, "加签人签字", "Sign as added signer"),
        "copy_to" => t(lang, "抄送", "Copy to"),
        "remind" => t(lang, "催办", "Remind"),
        "comment" => t(lang, "留言", "Comment"),
        "attach" => t(lang, "上传附件", "Attach a file"),
        "timer" => t(lang, "到时处理", "Timer"),
        "put_record" => t(lang, "登记资料", "Put a record"),
        "put_person" => t(lang, "改动人员", "Change a person"),
        "bootstrap" => t(lang, "初始人员", "First people"),
        "deputise" => t(lang, "委托代办", "Appoint a deputy"),
        "credential" => t(lang, "设置密码", "Set a password"),
        "sign_in" => t(lang, "改动登录方式", "Change a way to sign in"),
        "close_period" => t(lang, "结账", "Close a period"),
        "reopen_period" => t(lang, "反结账", "Reopen a period"),
        "put_setting" => t(lang, "更改设置", "Change a setting"),
        "export" => t(lang, "导出", "Export"),
        "install_pack" => t(lang, "启用业务包版本", "Install a pack version"),
        "forbidden" => t(lang, "被禁止的尝试", "Forbidden attempt"),
        other => other,
    }
}

/// All names of acts, for a filter.
pub(crate) const ACTS: [&str; 27] = [
    "step",
    "return",
    "withdraw",
    "void",
    "ask_reversal",
    "reverse",
    "refuse_reversal",
    "hand_over",
    "add_signer",
    "cosign",
    "copy_to",
    "remind",
    "comment",
    "attach",
    "timer",
    "put_record",
    "put_person",
    "bootstrap",
    "deputise",
    "credential",
    "sign_in",
    "close_period",
    "reopen_period",
    "put_setting",
    "export",
    "install_pack",
    "forbidden",
];

/// What the state of an entry is called.
pub(crate) fn entry_state(lang: Lang, state: kernel::EntryState) -> &'static str {
    match state {
        kernel::EntryState::Draft => t(lang, "未复核", "Draft"),
        kernel::EntryState::Checked => t(lang, "已复核", "Checked"),
        kernel::EntryState::Posted => t(lang, "已记账", "Posted"),
        kernel::EntryState::Held => t(lang, "占用", "Held"),
    }
}
