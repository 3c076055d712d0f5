//! More rights than one was given.

use std::collections::BTreeMap;

use engine::{Act, SYSTEM};
use kernel::SlipId;
use sha2::{Digest, Sha256};

use super::{ADMINISTRATOR, CLERK, EDITED, TWO_ACCOUNTS, attempt};
use crate::attempt::{Attempt, BOTH, COMMANDS, EVERYWHERE};
use crate::cast::{gsp, person};
use crate::front::Try;
use crate::stage::{APPROVE, Stage, fresh_key, order};

fn put(person: engine::Person) -> Act {
    Act::PutPerson { person }
}

/// Sets a credential for somebody, to set the scene.
fn give_password(stage: &mut Stage, by: &str, login: &str) {
    let stored = "$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZw$bm90aGluZw".to_owned();
    let digest = engine::hex(&Sha256::digest(stored.as_bytes()));
    stage.must_credential(
        by,
        Act::Credential {
            login: login.into(),
            digest,
        },
        stored,
    );
}

pub fn all() -> Vec<Attempt> {
    let mut all = rights();
    all.extend(system());
    all.extend(passwords());
    all
}

fn rights() -> Vec<Attempt> {
    vec![
        attempt!(
            "rights.grant_oneself",
            ADMINISTRATOR,
            "给自己授予岗位",
            "grants himself a role",
            "own_grant",
            EVERYWHERE,
            |stage| {
                let own = engine::Person {
                    identity: "G01".into(),
                    administrator: true,
                    ..person("管理员甲", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(own));
            }
        ),
        attempt!(
            "rights.grant_own_second_account",
            TWO_ACCOUNTS,
            "给自己的第二个账号授予岗位",
            "grants a role to his own second account",
            "own_grant",
            EVERYWHERE,
            |stage| {
                let second = engine::Person {
                    identity: "G01".into(),
                    administrator: true,
                    ..person("甲副号", vec![gsp("keeper")])
                };
                stage.attack("管理员甲", put(second));
            }
        ),
        attempt!(
            "rights.grant_by_second_account",
            TWO_ACCOUNTS,
            "用第二个管理员账号给第一个授予岗位",
            "grants his first account a role with the second",
            "own_grant",
            EVERYWHERE,
            |stage| {
                let first = engine::Person {
                    identity: "G01".into(),
                    administrator: true,
                    ..person("管理员甲", vec![gsp("keeper")])
                };
                stage.attack("甲副号", put(first));
            }
        ),
        attempt!(
            "rights.new_account_of_oneself",
            ADMINISTRATOR,
            "给自己另开一个有岗位的账号",
            "makes another account of his own, with roles",
            "own_grant",
            EVERYWHERE,
            |stage| {
                let new = engine::Person {
                    identity: "G01".into(),
                    ..person("新号", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(new));
            }
        ),
        attempt!(
            "rights.new_account_in_other_capitals",
            ADMINISTRATOR,
            "另开的账号把人员编号写成小写",
            "writes his own number in small letters for it",
            "own_grant",
            EVERYWHERE,
            |stage| {
                let new = engine::Person {
                    identity: "g01".into(),
                    ..person("新号", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(new));
            }
        ),
        attempt!(
            "rights.new_account_in_full_width",
            ADMINISTRATOR,
            "另开的账号把人员编号写成全角",
            "writes his own number in full-width letters for it",
            "identity",
            EVERYWHERE,
            |stage| {
                let new = engine::Person {
                    identity: "Ｇ０１".into(),
                    ..person("新号", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(new));
            }
        ),
        attempt!(
            "rights.new_account_with_invisible_character",
            ADMINISTRATOR,
            "另开的账号在人员编号里夹不可见字符",
            "hides a character in his own number for it",
            "identity",
            EVERYWHERE,
            |stage| {
                let new = engine::Person {
                    identity: "G0\u{200b}1".into(),
                    ..person("新号", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(new));
            }
        ),
        attempt!(
            "rights.change_identity",
            ADMINISTRATOR,
            "把账号改成另一个自然人的，以避开职责分离",
            "makes an account another natural person's, to escape separation",
            "identity",
            EVERYWHERE,
            |stage| {
                let other = engine::Person {
                    identity: "别人".into(),
                    ..person("吴副号", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(other));
            }
        ),
        attempt!(
            "rights.change_identity_of_inactive",
            ADMINISTRATOR,
            "先停用账号，再把它改成另一个自然人的",
            "makes an account that is out of use another natural person's, before it is used again",
            "identity",
            EVERYWHERE,
            |stage| {
                let other = engine::Person {
                    identity: "别人".into(),
                    active: false,
                    ..person("离职经理", vec![gsp("purchase_manager")])
                };
                stage.attack("管理员甲", put(other));
            }
        ),
        attempt!(
            "rights.role_swapped_between_steps",
            ADMINISTRATOR,
            "管理员先给某人采购岗，等他填单后换成审核岗",
            "gives somebody the buyer's role, and once he has filled in, the approver's instead",
            "separate",
            EVERYWHERE,
            |stage| {
                stage.must("管理员乙", put(person("门卫", vec![gsp("buyer")])));
                let slip = stage.order("门卫");
                stage.must(
                    "管理员乙",
                    put(person("门卫", vec![gsp("purchase_manager")])),
                );
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("门卫", act);
                stage.must("管理员乙", put(person("门卫", Vec::new())));
            }
        ),
        attempt!(
            "rights.role_taken_away",
            CLERK,
            "岗位刚被收回，仍提交打开着的表单",
            "sends a form that was open when his role was taken away",
            "role",
            EVERYWHERE,
            |stage| {
                stage.must(
                    "管理员乙",
                    put(person("门卫", vec![gsp("purchase_manager")])),
                );
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.must("管理员乙", put(person("门卫", Vec::new())));
                stage.attack("门卫", act);
            }
        ),
        attempt!(
            "rights.by_clerk",
            CLERK,
            "非管理员授予岗位",
            "grants roles without being an administrator",
            "administrator",
            EVERYWHERE,
            |stage| {
                stage.attack("王内勤", put(person("门卫", vec![gsp("purchase_manager")])));
            }
        ),
        attempt!(
            "rights.make_oneself_administrator",
            CLERK,
            "把自己设为管理员",
            "makes himself an administrator",
            "administrator",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "王内勤",
                    put(engine::Person {
                        administrator: true,
                        ..person("王内勤", vec![gsp("buyer")])
                    }),
                );
            }
        ),
        attempt!(
            "rights.unknown_role",
            ADMINISTRATOR,
            "授予不存在的岗位",
            "grants a role that there is not",
            "unknown_role",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "管理员甲",
                    put(person("新人", vec![crate::cast::grant("gsp.god", "")])),
                );
            }
        ),
        attempt!(
            "rights.record_by_clerk",
            CLERK,
            "非管理员改台账：给供货单位延长许可证",
            "edits a register: prolongs a supplier's licence",
            "administrator",
            EVERYWHERE,
            |stage| {
                let fields =
                    BTreeMap::from([("licence_until".to_owned(), "2099-12-31".to_owned())]);
                stage.attack(
                    "王内勤",
                    Act::PutRecord {
                        register: "gsp.party".into(),
                        key: "S01".into(),
                        fields,
                        from: None,
                    },
                );
            }
        ),
        attempt!(
            "rights.record_on_file",
            ADMINISTRATOR,
            "管理员不经单据改动已有的资料：延长许可证、换银行账号、改商品",
            "changes what is on record without a slip: prolongs a licence, swaps a bank account, edits an item",
            "by_slips",
            EVERYWHERE,
            |stage| {
                for (register, key, field, text) in [
                    ("gsp.party", "S01", "licence_until", "2099-12-31"),
                    ("gsp.party", "S01", "bank_account", "6222000099998888"),
                    ("gsp.item", "A001", "storage", "冷藏"),
                    ("gsp.item", "A001", "name", ""),
                ] {
                    stage.attack(
                        "管理员甲",
                        Act::PutRecord {
                            register: register.into(),
                            key: key.into(),
                            fields: BTreeMap::from([(field.to_owned(), text.to_owned())]),
                            from: None,
                        },
                    );
                }
                // Neither from a day on that is long over.
                stage.attack(
                    "管理员甲",
                    Act::PutRecord {
                        register: "gsp.party".into(),
                        key: "S01".into(),
                        fields: BTreeMap::from([("scope".to_owned(), "疫苗".to_owned())]),
                        from: Some(crate::cast::day("2001-01-01")),
                    },
                );
            }
        ),
        attempt!(
            "rights.record_of_person",
            ADMINISTRATOR,
            "把人员当台账改，绕过人员规则",
            "edits people as if they were a register",
            "unknown_register",
            BOTH,
            |stage| {
                let fields = BTreeMap::from([("identity".to_owned(), "别人".to_owned())]);
                stage.attack(
                    "管理员甲",
                    Act::PutRecord {
                        register: "person".into(),
                        key: "吴副号".into(),
                        fields,
                        from: None,
                    },
                );
            }
        ),
        attempt!(
            "rights.record_of_credential",
            ADMINISTRATOR,
            "把密码当台账改",
            "edits passwords as if they were a register",
            "unknown_register",
            BOTH,
            |stage| {
                let fields = BTreeMap::from([("digest".to_owned(), "0".repeat(64))]);
                stage.attack(
                    "管理员甲",
                    Act::PutRecord {
                        register: "credential".into(),
                        key: "李经理".into(),
                        fields,
                        from: None,
                    },
                );
            }
        ),
        attempt!(
            "rights.inactive",
            CLERK,
            "停用的账号审核",
            "approves with an account that is out of use",
            "person",
            COMMANDS,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("离职经理", act);
            }
        ),
        attempt!(
            "rights.nobody",
            EDITED,
            "以不存在的账号审核",
            "approves in the name of somebody who does not exist",
            "person",
            COMMANDS,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("无此人", act);
            }
        ),
    ]
}

fn system() -> Vec<Attempt> {
    let unoffered = |attempt: Attempt, code: &'static str| Attempt {
        unoffered: code,
        ..attempt
    };
    vec![
        attempt!(
            "system.bootstrap_again",
            EDITED,
            "以系统名义再次初始化人员",
            "makes the first people once more, as the system",
            "bootstrap",
            COMMANDS,
            |stage| {
                let people = vec![engine::Person {
                    administrator: true,
                    ..person("新管理员", vec![gsp("purchase_manager")])
                }];
                stage.attack(SYSTEM, Act::Bootstrap { people });
            }
        ),
        unoffered(
            attempt!(
                "system.bootstrap_by_administrator",
                ADMINISTRATOR,
                "管理员再次初始化人员",
                "makes the first people once more",
                "forbidden.system_act",
                BOTH,
                |stage| {
                    let people = vec![engine::Person {
                        administrator: true,
                        ..person("管理员甲", vec![gsp("purchase_manager")])
                    }];
                    stage.attack("管理员甲", Act::Bootstrap { people });
                }
            ),
            "forbidden.request.act",
        ),
        unoffered(
            attempt!(
                "system.timer",
                CLERK,
                "由客户端触发定时，提前释放占用",
                "runs a timer himself, to release what is held",
                "forbidden.system_act",
                BOTH,
                |stage| {
                    let slip = stage.order("王内勤");
                    stage.attack(
                        "王内勤",
                        Act::Timer {
                            slip,
                            name: "hold:reserve".into(),
                        },
                    );
                }
            ),
            "forbidden.request.act",
        ),
        attempt!(
            "system.timer_that_is_not_due",
            EDITED,
            "以系统名义触发没有到期的定时",
            "runs, as the system, a timer that is not due",
            "order",
            COMMANDS,
            |stage| {
                let slip = stage.order("王内勤");
                stage.attack(
                    SYSTEM,
                    Act::Timer {
                        slip,
                        name: "step:gsp.purchase_inbound.order.approve".into(),
                    },
                );
            }
        ),
        unoffered(
            attempt!(
                "system.install_pack",
                ADMINISTRATOR,
                "管理员换一个业务包版本",
                "makes another pack version current",
                "forbidden.system_act",
                BOTH,
                |stage| {
                    stage.attack(
                        "管理员甲",
                        Act::InstallPack {
                            pack: "gsp".into(),
                            version: "0".repeat(64).into(),
                        },
                    );
                }
            ),
            "forbidden.pack.act",
        ),
        attempt!(
            "system.signs",
            EDITED,
            "以系统名义审核",
            "approves as the system",
            "person",
            COMMANDS,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack(SYSTEM, act);
            }
        ),
        attempt!(
            "system.grants",
            EDITED,
            "以系统名义授予岗位",
            "grants roles as the system",
            "person",
            COMMANDS,
            |stage| {
                stage.attack(SYSTEM, put(person("门卫", vec![gsp("purchase_manager")])));
            }
        ),
        attempt!(
            "system.as_principal",
            EDITED,
            "写明代系统办理",
            "says that he acts for the system",
            "person",
            EVERYWHERE,
            |stage| {
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack_for("王内勤", SYSTEM, act);
            }
        ),
        attempt!(
            "system.namesake",
            ADMINISTRATOR,
            "开一个名为 system 的账号",
            "makes an account called system",
            "login",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "管理员甲",
                    put(person(SYSTEM, vec![gsp("purchase_manager")])),
                );
            }
        ),
        attempt!(
            "system.look_alike",
            ADMINISTRATOR,
            "开一个看起来像 system 的账号",
            "makes an account that looks like system",
            "login",
            EVERYWHERE,
            |stage| {
                stage.attack(
                    "管理员甲",
                    put(engine::Person {
                        name: "系统".into(),
                        identity: "G09".into(),
                        ..person("sys\u{200b}tem", Vec::new())
                    }),
                );
            }
        ),
        unoffered(
            attempt!(
                "system.write_state",
                EDITED,
                "直接写单据状态",
                "writes a slip's state",
                "forbidden.slip.state.write",
                BOTH,
                |stage| {
                    let slip = stage.order("王内勤");
                    stage.attack(
                        "李经理",
                        Act::Forbidden {
                            what: "slip.state.write".into(),
                            subject: SlipId(slip.0).to_string(),
                        },
                    );
                }
            ),
            "forbidden.slip.act",
        ),
    ]
}

fn passwords() -> Vec<Attempt> {
    vec![
        attempt!(
            "password.sign_as_another",
            ADMINISTRATOR,
            "给审核人设新密码，登录后替他签字",
            "sets the approver's password and signs as him",
            "password_change",
            COMMANDS,
            |stage| {
                give_password(stage, "管理员甲", "白经理");
                let slip = stage.order("王内勤");
                let act = stage.step(APPROVE, slip, &[]);
                stage.attack("白经理", act);
                stage.attack(
                    "白经理",
                    Act::Withdraw {
                        slip,
                        reason: String::new(),
                    },
                );
                let (from, until) = (stage.today(), stage.today());
                stage.attack(
                    "白经理",
                    Act::Deputise {
                        to: "兼职管理员".into(),
                        from,
                        until,
                    },
                );
                // Once the owner has chosen his own, he signs again.
                give_password(stage, "白经理", "白经理");
                stage.sign("白经理", APPROVE, slip);
            }
        ),
        attempt!(
            "password.recovered_by_the_system",
            EDITED,
            "在服务器上以系统名义重设密码后签字",
            "resets a password on the server as the system and signs",
            "password_change",
            COMMANDS,
            |stage| {
                give_password(stage, SYSTEM, "兼职管理员");
                give_password(stage, SYSTEM, "兼职管理员");
                stage.attack("兼职管理员", order("5"));
                give_password(stage, "兼职管理员", "兼职管理员");
                stage.must("兼职管理员", order("5"));
            }
        ),
        attempt!(
            "password.by_clerk",
            CLERK,
            "非管理员设置别人的密码",
            "sets another's password without being an administrator",
            "administrator",
            EVERYWHERE,
            |stage| {
                let stored = "$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZw$bm90aGluZw".to_owned();
                let digest = engine::hex(&Sha256::digest(stored.as_bytes()));
                let act = Act::Credential {
                    login: "李经理".into(),
                    digest,
                };
                stage.attack_as(Try {
                    actor: "王内勤".into(),
                    on_behalf_of: None,
                    key: fresh_key(),
                    act,
                    credential: Some(stored),
                });
            }
        ),
        attempt!(
            "password.other_than_journaled",
            EDITED,
            "存入与日志摘要不符的密码",
            "stores a password other than the one that is journaled",
            "credential",
            COMMANDS,
            |stage| {
                let act = Act::Credential {
                    login: "李经理".into(),
                    digest: "0".repeat(64).into(),
                };
                stage.attack_as(Try {
                    actor: "管理员甲".into(),
                    on_behalf_of: None,
                    key: fresh_key(),
                    act,
                    credential: Some("$argon2id$".to_owned()),
                });
            }
        ),
        attempt!(
            "password.of_nobody",
            ADMINISTRATOR,
            "给不存在的账号设密码，等日后冒用",
            "sets a password for an account to come",
            "person",
            COMMANDS,
            |stage| {
                let stored = "$argon2id$v=19$m=19456,t=2,p=1$bm90aGluZw$bm90aGluZw".to_owned();
                let digest = engine::hex(&Sha256::digest(stored.as_bytes()));
                let act = Act::Credential {
                    login: "未来人".into(),
                    digest,
                };
                stage.attack_as(Try {
                    actor: "管理员甲".into(),
                    on_behalf_of: None,
                    key: fresh_key(),
                    act,
                    credential: Some(stored),
                });
            }
        ),
    ]
}
