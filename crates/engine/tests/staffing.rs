//! Staffing: what today's people cannot complete, and whom nobody can replace.

use std::sync::Arc;

use engine::{Deputy, Finding, FindingKind, Grant, Person, both, signers, staffing};
use kernel::Day;
use model::{Pack, SourceText};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn today() -> Day {
    day("2026-04-01")
}

fn grant(role: &str) -> Grant {
    let (role, scope) = role.split_once('@').unwrap_or((role, ""));
    Grant {
        role: Arc::from(format!("p.{role}")),
        scope: Arc::from(scope),
        from: None,
        until: None,
    }
}

/// `王 clerk keeper@W1`: a person whose login is his identity.
fn people(lines: &[&str]) -> Vec<Person> {
    lines
        .iter()
        .map(|line| {
            let mut words = line.split(' ');
            let login = words.next().expect("a login");
            Person {
                login: Arc::from(login),
                name: Arc::from(login),
                identity: Arc::from(login),
                active: true,
                administrator: false,
                grants: words.map(grant).collect(),
                deputies: Vec::new(),
            }
        })
        .collect()
}

fn source(text: String) -> SourceText {
    SourceText {
        path: "p.kdl".to_owned(),
        text,
    }
}

fn pack(steps: &str) -> Pack {
    let text = format!(
        r#"pack p "包" {{
    role clerk "业务员"
    role manager "经理"
    role keeper "保管员"
}}
flow f "流" {{
    {steps}
    slip s "单" number="S{{0000}}" {{
        warehouse "仓库" text
    }}
}}
"#
    );
    pack::read(&[source(text)], &[]).unwrap_or_else(|said| panic!("{said}"))
}

const THREE: &str = r#"step s.fill "填" by=clerk
    step s.approve "审" by=manager
    step s.store "存" by=keeper
    separate s.fill s.approve"#;

fn sentences(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.zh.as_str()).collect()
}

#[test]
fn people_enough_and_nobody_who_cannot_be_spared() {
    let people = people(&["a clerk keeper", "b manager keeper", "c clerk manager"]);
    assert_eq!(staffing(&pack(THREE), &people, today()), []);
}

#[test]
fn nobody_for_a_step() {
    let people = people(&["a clerk", "b manager"]);
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(sentences(&found), ["流：无人可办理 存"]);
    assert_eq!(found[0].en, "流: nobody may sign: 存");
    assert_eq!(found[0].kind, FindingKind::Unstaffed);
    assert_eq!(&*found[0].steps[0], "s.store");
}

#[test]
fn too_few_people_for_a_separation() {
    let people = people(&["a clerk manager keeper", "b keeper"]);
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(
        sentences(&found),
        ["流：填、审 须由不同的人办理，现有人员不够"]
    );
}

#[test]
fn one_absence_stops_the_flow() {
    let people = people(&["a clerk manager", "b clerk keeper", "c keeper"]);
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(
        sentences(&found),
        [
            "流：a 缺席时，无人可办理 审",
            "流：b 缺席时，填、审 须由不同的人办理，现有人员不够"
        ]
    );
    assert_eq!(found[0].person.as_deref(), Some("a"));
}

#[test]
fn two_accounts_of_one_person_are_one() {
    let mut people = people(&["a clerk keeper", "a2 manager", "b keeper"]);
    people[0].identity = Arc::from("110101");
    people[1].identity = Arc::from("110101");
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(
        sentences(&found),
        ["流：填、审 须由不同的人办理，现有人员不够"]
    );
}

#[test]
fn findings_name_logins_and_no_identity() {
    let mut people = people(&["a clerk keeper", "b manager", "c keeper clerk"]);
    people[1].identity = Arc::from("110101");
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(sentences(&found), ["流：b 缺席时，无人可办理 审"]);
    assert_eq!(found[0].person.as_deref(), Some("b"));
}

#[test]
fn grants_hold_for_their_days_only() {
    let mut people = people(&["a clerk keeper", "b manager keeper"]);
    people[1].grants[0].until = Some(day("2026-03-31"));
    let found = staffing(&pack(THREE), &people, today());
    assert_eq!(sentences(&found), ["流：无人可办理 审"]);
    people[1].grants[0].until = Some(today());
    people[1].grants[0].from = Some(day("2026-04-02"));
    assert_eq!(staffing(&pack(THREE), &people, today()).len(), 1);
}

#[test]
fn a_deputy_stands_in_and_counts_as_both() {
    let mut people = people(&["a clerk keeper", "b manager", "c keeper", "d clerk"]);
    let deputy = |login: &str| Deputy {
        to: Arc::from(login),
        from: today(),
        until: today(),
    };
    assert_eq!(
        sentences(&staffing(&pack(THREE), &people, today())),
        ["流：b 缺席时，无人可办理 审"]
    );
    // The keeper may act for the manager: his absence no longer stops the flow.
    people[1].deputies = vec![deputy("c")];
    assert_eq!(staffing(&pack(THREE), &people, today()), []);
    // The clerk who stands in for the manager may not approve what he filled in; another clerk is there.
    people[1].deputies = vec![deputy("a")];
    assert_eq!(staffing(&pack(THREE), &people, today()), []);
    people[3].grants.clear();
    assert_eq!(
        sentences(&staffing(&pack(THREE), &people, today())),
        [
            "流：a 缺席时，无人可办理 填",
            "流：b 缺席时，填、审 须由不同的人办理，现有人员不够"
        ]
    );
}

#[test]
fn several_must_sign() {
    let two = pack(
        "step s.fill \"填\" by=clerk\n step s.approve \"审\" by=\"manager keeper\" quorum=2\n separate s.fill s.approve",
    );
    let all = pack(
        "step s.fill \"填\" by=clerk\n step s.approve \"审\" by=\"manager keeper\" quorum=all",
    );
    let few = people(&["a clerk manager", "b manager"]);
    assert_eq!(
        sentences(&staffing(&two, &few, today())),
        ["流：填、审 须由不同的人办理，现有人员不够"]
    );
    assert_eq!(
        sentences(&staffing(&all, &few, today())),
        ["流：无人可办理 审"]
    );
    let enough = people(&["a clerk", "b manager", "c keeper", "d clerk manager keeper"]);
    assert_eq!(staffing(&two, &enough, today()), []);
    assert_eq!(staffing(&all, &enough, today()), []);
}

#[test]
fn scopes_are_looked_at_one_by_one() {
    let pack = pack(
        "step s.fill \"填\" by=clerk\n step s.store \"存\" by=keeper scope=warehouse\n step s.check \"核\" by=manager scope=warehouse\n separate s.store s.check",
    );
    let people = people(&[
        "a clerk",
        "b clerk",
        "c keeper@W1 manager@W1",
        "d keeper@W1 manager@W1",
        "e keeper@W1 manager",
        "f keeper@W2",
    ]);
    let found = staffing(&pack, &people, today());
    assert_eq!(
        sentences(&found),
        [
            "流（W2）：e 缺席时，无人可办理 核",
            "流（W2）：f 缺席时，无人可办理 存"
        ]
    );
}

#[test]
fn a_large_company_is_decided_quickly() {
    let steps: String = (0..12)
        .map(|at| format!("step s{at}.fill \"步{at}\" by=\"clerk manager\"\n"))
        .collect();
    let slips: String = (0..12)
        .map(|at| {
            let from = if at == 0 {
                String::new()
            } else {
                format!("from=s{}", at - 1)
            };
            format!("slip s{at} \"单\" {from} number=\"S{at}-{{0000}}\" {{\n a \"甲\" text\n}}\n")
        })
        .collect();
    let all: Vec<String> = (0..12).map(|at| format!("s{at}.fill")).collect();
    let text = format!(
        "pack p \"包\" {{\n role clerk \"员\"\n role manager \"经理\"\n}}\nflow f \"流\" {{\n{steps}{slips}separate {}\n}}\n",
        all.join(" ")
    );
    let pack = pack::read(&[source(text)], &[]).expect("a pack");
    let lines: Vec<String> = (0..2_000).map(|at| format!("p{at} clerk")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    // A search that tried everybody would not end, and be stopped by who runs the tests.
    assert_eq!(staffing(&pack, &people(&lines), today()), []);
    // Eleven people for twelve steps that all exclude each other: nobody can be tried in place of another.
    let found = staffing(&pack, &people(&lines[..11]), today());
    assert_eq!(found[0].kind, FindingKind::Unstaffed);
}

#[test]
fn who_is_out_of_use_counts_as_nobody() {
    let mut people = people(&["a clerk manager", "b clerk keeper", "c keeper"]);
    people[2].active = false;
    let found = staffing(&pack(THREE), &people, today());
    assert!(
        sentences(&found).contains(&"流：b 缺席时，无人可办理 存"),
        "{found:?}"
    );
}

/// Login, both steps, scope, of everybody who could sign two steps that are kept apart.
fn pairs(pack: &Pack, people: &[Person]) -> Vec<String> {
    both(pack, people, today())
        .iter()
        .map(|one| {
            let step = |at: usize| pack.flows[one.flow].steps[at].name.clone();
            format!(
                "{} {} {} {}",
                one.first.login,
                step(one.steps.0),
                step(one.steps.1),
                one.scope
            )
            .trim_end()
            .to_owned()
        })
        .collect()
}

#[test]
fn who_could_sign_both_is_found_by_person() {
    let pack = pack(THREE);
    let mut all = people(&["a clerk keeper", "b manager keeper", "c clerk manager"]);
    assert_eq!(pairs(&pack, &all), ["c s.fill s.approve"]);
    // Two accounts of one natural person are that person.
    all[1].identity = Arc::from("a");
    assert_eq!(
        pairs(&pack, &all),
        ["a s.fill s.approve", "c s.fill s.approve"]
    );
    // Who is out of use signs nothing, and a grant counts on its days.
    all[1].active = false;
    all[2].grants[1].until = Some(day("2026-03-31"));
    assert_eq!(pairs(&pack, &all), Vec::<String>::new());
}

#[test]
fn who_stands_in_for_another_could_sign_both() {
    let pack = pack(THREE);
    let mut all = people(&["a clerk", "b manager"]);
    all[1].deputies = vec![Deputy {
        to: Arc::from("a"),
        from: today(),
        until: today(),
    }];
    let found = both(&pack, &all, today());
    assert_eq!(pairs(&pack, &all), ["a s.fill s.approve"]);
    assert_eq!(found[0].second.instead_of.as_deref(), Some("b"));
}

#[test]
fn scopes_that_do_not_meet_are_apart() {
    let pack = pack(
        "step s.fill \"填\" by=clerk\n step s.store \"存\" by=keeper scope=warehouse\n step s.check \"核\" by=manager scope=warehouse\n separate s.store s.check",
    );
    let all = people(&[
        "c keeper@W1 manager@W2",
        "d keeper@W1 manager@W1",
        "e keeper manager@W3",
    ]);
    assert_eq!(
        pairs(&pack, &all),
        ["d s.store s.check W1", "e s.store s.check W3"]
    );
    let store = &pack.flows[0].steps[1];
    let logins: Vec<_> = signers(&pack, store, &all, today())
        .iter()
        .map(|one| format!("{}@{}", one.login, one.scope))
        .collect();
    assert_eq!(logins, ["c@W1", "d@W1", "e@"]);
}

const SECOND: &str = r#"step s.fill "填" by=clerk
    step s.check "双人" by=keeper when="warehouse == 'W'"
    step s.approve "审" by=manager
    separate s.fill s.check"#;

#[test]
fn a_step_that_may_not_come_is_named_as_such() {
    let found = staffing(
        &pack(SECOND),
        &people(&["a clerk", "b manager clerk", "c manager"]),
        today(),
    );
    assert_eq!(sentences(&found), ["流：须办理 双人 时，无人可办理 双人"]);
    assert_eq!(
        found[0].en,
        "流: where 双人 is needed, nobody may sign: 双人"
    );
    assert_eq!(found[0].conditional, [Arc::from("s.check")]);

    let one = people(&["a clerk keeper", "b manager", "c manager"]);
    let found = staffing(&pack(SECOND), &one, today());
    assert_eq!(
        sentences(&found),
        [
            "流：须办理 双人 时，填、双人 须由不同的人办理，现有人员不够",
            "流：a 缺席时，无人可办理 填"
        ],
        "what always comes is looked at for absences all the same"
    );
}

#[test]
fn what_always_comes_is_said_first_and_without_a_condition() {
    let found = staffing(&pack(SECOND), &people(&["a clerk"]), today());
    assert_eq!(sentences(&found), ["流：无人可办理 审"]);
    assert!(found[0].conditional.is_empty());
}
