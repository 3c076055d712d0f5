//! The law of the trade, asked of what was accepted. Clauses are those of 药品经营质量管理规范现场检查指导原则.

use testkit::hostile::{Act, Command, Line, SignedStep, Slip};
use testkit::{Answer, House, Oracle};

use crate::scene::Scene;

/// The guards that hold the law; the absence of each must be noticed here: `flow.slip.guard`.
pub const HELD_BY: &[&str] = &[
    "purchase_inbound.order.supplier_licensed",
    "purchase_inbound.order.within_scope",
    "purchase_inbound.receipt.cold_chain",
    "purchase_inbound.receipt.shelf_life",
    "purchase_inbound.stock_in.not_stopped",
    "sales_out.bill.customer_qualified",
    "sales_out.bill.purchaser_authorised",
    "sales_out.bill.within_scope",
    "sales_out.bill.approved",
    "sales_out.bill.not_expired",
    "sales_out.bill.not_stopped",
    "sales_out.delivery.customer_still_qualified",
    "sales_out.delivery.within_scope_now",
    "sales_out.delivery.approved_now",
    "sales_out.delivery.not_expired_now",
    "sales_out.delivery.not_stopped_now",
    "sales_out.delivery.sound",
    "bin_transfer.bin_transfer.fit_storage",
    "bin_transfer.bin_transfer.not_expired",
    "loss_overage.loss_overage.saleable",
];

/// Steps that no one person may both have signed, by the law and not by the pack.
const APART: &[&[&str]] = &[
    &[
        "purchase_inbound.order.fill",
        "purchase_inbound.order.approve",
    ],
    &[
        "purchase_inbound.receipt.fill",
        "purchase_inbound.inspection.fill",
        "purchase_inbound.stock_in.fill",
    ],
    &["sales_out.bill.fill", "sales_out.bill.approve"],
    &["sales_out.delivery.issue", "sales_out.delivery.check"],
    &[
        "sales_return.return_receipt.receive",
        "sales_return.return_inspection.inspect",
        "sales_return.return_inspection.approve",
    ],
    &[
        "loss_overage.loss_overage.fill",
        "loss_overage.loss_overage.check",
        "loss_overage.loss_overage.approve",
    ],
];

/// Looks at a command that was answered.
pub fn watch(oracle: &Oracle, command: &Command, answer: &Answer) -> Result<(), String> {
    let (Act::Step { step, .. }, Ok(reply)) = (&command.act, answer) else {
        return Ok(());
    };
    let Some(scene) = reply
        .slip
        .and_then(|id| Scene::of(oracle, id, command.at.day()))
    else {
        return Err("a step without a slip was accepted".to_owned());
    };
    // A repeated command is answered again long after: what it did was looked at when it did it.
    let just_now = |signed: &SignedStep| signed.step == *step && signed.at == command.at;
    if !scene.slip.signed.iter().any(just_now) {
        return Ok(());
    }
    let own = step.strip_prefix("gsp.").unwrap_or(step);
    let broken = of_step(&scene, own)
        .or_else(|| one_person_twice(&scene))
        .or_else(|| time_backwards(&scene))
        .or_else(|| more_than_there_was(&scene));
    broken.map_or(Ok(()), |what| {
        Err(format!("against the law: {what}, by {own}"))
    })
}

fn of_step(scene: &Scene<'_>, step: &str) -> Option<&'static str> {
    match step {
        "purchase_inbound.order.fill" => order(scene),
        "purchase_inbound.receipt.fill" => receipt(scene),
        "purchase_inbound.stock_in.fill" => {
            let stored = |line: &&Line| scene.quantity(line, "qty") > 0;
            scene.slip.lines.iter().filter(stored).find_map(|line| {
                let batch = format!(
                    "{}/{}",
                    scene.line(line, "item")?,
                    scene.line(line, "batch")?
                );
                batch_saleable(scene, &batch)
            })
        }
        "sales_out.bill.fill" => bill(scene),
        "sales_out.delivery.issue" => {
            let customer = scene.header("customer").unwrap_or_default();
            if !scene.in_force("party", &customer, "licence_until") {
                return Some("goods left for a customer without a licence (*09001)");
            }
            of_lots(scene, |_| true).or_else(|| allowed_to_buy(scene))
        }
        "sales_out.delivery.check" => {
            let sound = |line: &Line| scene.line(line, "condition").as_deref() == Some("合格");
            (!scene.slip.lines.iter().all(sound)).then_some("unsound goods left (*09402)")
        }
        "sales_return.return_inspection.inspect" | "sales_return.return_stock_in.print" => {
            of_lots(scene, |line| scene.quantity(line, "passed") > 0)
        }
        "bin_transfer.bin_transfer.fill" => of_lots(scene, |_| true).or_else(|| storage(scene)),
        "loss_overage.loss_overage.execute" => of_lots(scene, |line| {
            scene.line(line, "kind").as_deref() == Some("报溢")
        }),
        _ => None,
    }
}

/// A scope names classes; what stands in brackets it does not name.
fn scope_has(scope: &str, class: &str) -> bool {
    let (mut outside, mut depth) = (String::new(), 0);
    for one in scope.chars() {
        match one {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            one if depth == 0 => outside.push(one),
            _ => {}
        }
    }
    let mut names = outside.split(['、', '，', ',', '；', ';']);
    names.any(|name| name.trim() == class)
}

fn order(scene: &Scene<'_>) -> Option<&'static str> {
    let supplier = scene.header("supplier").unwrap_or_default();
    if !scene.in_force("party", &supplier, "licence_until") {
        return Some("goods were ordered from a supplier without a licence (**06101)");
    }
    let scope = scene.fact("party", &supplier, "scope").unwrap_or_default();
    scene.slip.lines.iter().find_map(|line| {
        let item = scene.line(line, "item")?;
        let class = scene.fact("item", &item, "class");
        let until = scene.fact("item", &item, "approval_until");
        if class.is_some_and(|class| !scope_has(&scope, &class)) {
            return Some("goods were ordered that the supplier may not sell (**06101)");
        }
        let over = until.is_some_and(|until| until < scene.day.to_string());
        over.then_some("goods were ordered whose approval has ended (*06301)")
    })
}

fn receipt(scene: &Scene<'_>) -> Option<&'static str> {
    let cold = |text: Option<String>| matches!(text.as_deref(), Some("冷藏" | "冷冻"));
    let least = scene
        .day
        .plus_days(180)
        .map_or_else(String::new, |day| day.to_string());
    scene.slip.lines.iter().find_map(|line| {
        let item = scene.line(line, "item")?;
        if cold(scene.fact("item", &item, "storage")) && !cold(scene.header("transport")) {
            return Some("cold goods came warm (*07401)");
        }
        let waiting = scene.line(line, "waiting").unwrap_or_default();
        if cold(scene.fact("item", &item, "storage"))
            && scene.fact("bin", &waiting, "storage") != scene.fact("item", &item, "storage")
        {
            return Some("cold goods waited for inspection where it is not cold (*07502)");
        }
        let expiry = scene.line(line, "expiry")?;
        if expiry < least {
            return Some("goods came with less than the shelf life asked for");
        }
        let batch = format!("{item}/{}", scene.line(line, "batch")?);
        let known = scene.fact("batch", &batch, "expiry");
        let other = known.is_some_and(|known| known != expiry);
        other.then_some("one batch came with two expiry dates (*08501)")
    })
}

fn bill(scene: &Scene<'_>) -> Option<&'static str> {
    let customer = scene.header("customer").unwrap_or_default();
    let kind = scene.fact("party", &customer, "kind");
    if !matches!(kind.as_deref(), Some("购货单位" | "供货兼购货")) {
        return Some("goods were billed to somebody who is no customer (*09001)");
    }
    if !scene.in_force("party", &customer, "licence_until") {
        return Some("goods were billed to a customer without a licence (*09001)");
    }
    let purchaser = scene.header("purchaser").unwrap_or_default();
    if !purchaser.starts_with(&format!("{customer}/采购人员授权/"))
        || !scene.in_force("qualification", &purchaser, "until")
    {
        return Some("goods were billed through somebody who is not authorised (*09001)");
    }
    of_lots(scene, |_| true).or_else(|| allowed_to_buy(scene))
}

/// Whether the goods are approved, and of a class that the customer may buy.
fn allowed_to_buy(scene: &Scene<'_>) -> Option<&'static str> {
    let customer = scene.header("customer").unwrap_or_default();
    let scope = scene.fact("party", &customer, "scope").unwrap_or_default();
    scene.slip.lines.iter().find_map(|line| {
        let item = scene.fact("batch", &scene.line(line, "lot")?, "item")?;
        let class = scene.fact("item", &item, "class").unwrap_or_default();
        if !scope_has(&scope, &class) {
            return Some("goods went to a customer who may not buy them (*09001)");
        }
        let until = scene.fact("item", &item, "approval_until");
        let over = until.is_some_and(|until| until < scene.day.to_string());
        over.then_some("goods went out whose approval has ended (*06301)")
    })
}

/// Whether the batches of some lines may be sold on the day.
fn of_lots(scene: &Scene<'_>, asked: impl Fn(&Line) -> bool) -> Option<&'static str> {
    let mut lines = scene.slip.lines.iter().filter(|line| asked(line));
    lines.find_map(|line| batch_saleable(scene, &scene.line(line, "lot")?))
}

fn batch_saleable(scene: &Scene<'_>, batch: &str) -> Option<&'static str> {
    if !scene.in_force("batch", batch, "expiry") {
        return Some("expired goods became or were taken for saleable (*08501)");
    }
    let stopped = scene.fact("batch", batch, "state").as_deref() == Some("停售");
    stopped.then_some("locked goods became or were taken for saleable (*08701)")
}

fn storage(scene: &Scene<'_>) -> Option<&'static str> {
    scene.slip.lines.iter().find_map(|line| {
        let item = scene.line(line, "item").unwrap_or_default();
        let wants = scene.fact("item", &item, "storage");
        let has = scene.fact(
            "bin",
            &scene.line(line, "to_bin").unwrap_or_default(),
            "storage",
        );
        (wants != has).then_some("goods lie where their storage condition is not kept (*08302)")
    })
}

/// Signer, and the one he signed for.
fn behind(signed: &SignedStep) -> impl Iterator<Item = &str> {
    std::iter::once(&*signed.identity).chain(signed.for_identity.as_deref())
}

fn one_person_twice(scene: &Scene<'_>) -> Option<&'static str> {
    let chain = scene.chain();
    let signed: Vec<&SignedStep> = chain.iter().flat_map(|slip| &slip.signed).collect();
    let of = |one: &SignedStep, set: &[&str]| {
        let own = one.step.strip_prefix("gsp.").unwrap_or(&one.step);
        set.iter().position(|step| *step == own)
    };
    for set in APART {
        for (at, one) in signed.iter().enumerate() {
            let others = signed[at + 1..].iter().filter(|other| {
                let (mine, his) = (of(one, set), of(other, set));
                mine.is_some() && his.is_some() && mine != his
            });
            for other in others {
                if behind(one).any(|person| behind(other).any(|same| same == person)) {
                    return Some("one person signed what two must");
                }
            }
        }
    }
    None
}

fn time_backwards(scene: &Scene<'_>) -> Option<&'static str> {
    let last = |slip: &Slip| slip.signed.iter().map(|signed| signed.at).max();
    let first = scene.slip.signed.iter().map(|signed| signed.at).min();
    let sources = scene.slip.sources.iter();
    let mut sources = sources.filter_map(|id| scene.oracle.slip(*id).ok().flatten());
    let within = scene
        .slip
        .signed
        .windows(2)
        .any(|two| two[0].at > two[1].at);
    let earlier = sources.any(|source| last(&source) > first);
    (within || earlier).then_some("something was signed before what it rests on")
}

/// Lines that a line comes from bound it: of one line of a delivery no more comes back than was delivered.
fn more_than_there_was(scene: &Scene<'_>) -> Option<&'static str> {
    let returns = |kind: &str| {
        matches!(
            kind,
            "gsp.sales_return.return_notice" | "gsp.sales_out.delivery"
        )
    };
    if !returns(&scene.slip.kind) {
        return None;
    }
    scene.slip.lines.iter().find_map(|line| {
        let (source, from) = line.source?;
        let source = Scene::of(scene.oracle, source, scene.day)?;
        let had = source.quantity(
            source.slip.lines.iter().find(|line| line.id == from)?,
            "qty",
        );
        let mut taken = 0;
        for child in &source.slip.children {
            let child = Scene::of(scene.oracle, *child, scene.day)?;
            if child.slip.kind == scene.slip.kind && child.slip.state.live() {
                let lines = child
                    .slip
                    .lines
                    .iter()
                    .filter(|line| line.source == Some((source.slip.id, from)));
                taken += lines.map(|line| child.quantity(line, "qty")).sum::<i64>();
            }
        }
        (taken > had).then_some("more was taken than there was")
    })
}
