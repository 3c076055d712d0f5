//! What people read: labels in both languages, forms.

use model::{Field, FieldKind, Label, Pack};

/// Every label is there in Chinese and in English.
pub fn labels(pack: &Pack, mistakes: &mut Vec<String>) {
    let mut check = |what: String, label: &Label| {
        let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        if !chinese(&label.zh) {
            mistakes.push(format!("{what} has no Chinese label: `{}`", label.zh));
        }
        if label.en.trim().is_empty() || chinese(&label.en) {
            mistakes.push(format!("{what} has no English label: `{}`", label.en));
        }
    };
    check(format!("pack {}", pack.name), &pack.label);
    pack.roles
        .iter()
        .for_each(|role| check(format!("role {}", role.name), &role.label));
    for register in &pack.registers {
        check(format!("register {}", register.name), &register.label);
        fields(
            &format!("register {}", register.name),
            &register.fields,
            &mut check,
        );
    }
    for ledger in &pack.ledgers {
        check(format!("ledger {}", ledger.name), &ledger.label);
        ledger.places.iter().for_each(|place| {
            check(
                format!("ledger {} place {}", ledger.name, place.name),
                &place.label,
            )
        });
    }
    pack.parameters
        .iter()
        .for_each(|parameter| check(format!("parameter {}", parameter.name), &parameter.label));
    for flow in &pack.flows {
        check(format!("flow {}", flow.name), &flow.label);
        for step in &flow.steps {
            check(format!("step {}", step.qualified), &step.label);
            step.guards.iter().for_each(|guard| {
                check(
                    format!("{} guard {}", step.qualified, guard.name),
                    &guard.label,
                )
            });
        }
        for slip in &flow.slips {
            check(format!("slip {}", slip.qualified), &slip.label);
            fields(&slip.qualified, &slip.header, &mut check);
            fields(
                &format!("{} line", slip.qualified),
                slip.lines.as_deref().unwrap_or_default(),
                &mut check,
            );
        }
        let reasons = flow
            .separations
            .iter()
            .filter_map(|separation| separation.reason.as_ref());
        reasons.for_each(|reason| check(format!("a separation of {}", flow.name), reason));
    }
}

fn fields(of: &str, fields: &[Field], check: &mut dyn FnMut(String, &Label)) {
    for field in fields {
        check(format!("{of} {}", field.name), &field.label);
        if let Some(help) = &field.help {
            check(format!("help of {of} {}", field.name), help);
        }
        if let FieldKind::Choice(choices) = &field.kind {
            choices.iter().for_each(|choice| {
                check(
                    format!("{of} {} choice {}", field.name, choice.code),
                    &choice.label,
                )
            });
        }
    }
}

/// Every form that is named exists, and every one that exists is named.
pub fn forms(pack: &Pack, mistakes: &mut Vec<String>) {
    let slips = || pack.flows.iter().flat_map(|flow| &flow.slips);
    for slip in slips() {
        if let Some(form) = &slip.print
            && !pack.forms.contains_key(&**form)
        {
            mistakes.push(format!(
                "slip {} prints {form}, which is no form of the pack",
                slip.qualified
            ));
        }
    }
    for form in pack.forms.keys() {
        if !slips().any(|slip| slip.print.as_deref() == Some(form.as_str())) {
            mistakes.push(format!("no slip prints the form {form}"));
        }
    }
}
