//! Slips, signatures, notes, attachments, people, passwords, packs.

use super::{Tampering, run, tampering};

pub fn all() -> Vec<Tampering> {
    let mut all = slips();
    all.extend(people());
    all
}

fn slips() -> Vec<Tampering> {
    vec![
        tampering!(
            "slip.approve",
            "把待审订单改为已审核，并补上一个签字",
            "marks an order as done and adds an approver's signature to it",
            "slip",
            |raw, scene| {
                let id = scene.open.0;
                let signed = r#",{"step":"gsp.purchase_inbound.order.approve","person":"白经理","identity":"白经理","role":"gsp.purchase_manager","at":1}]"#;
                run(
                    raw,
                    &format!(
                        "update slip set state = 'done', signed = substr(signed, 1, length(signed) - 1) || '{signed}' where id = {id}"
                    ),
                );
                format!("id={id}")
            }
        ),
        tampering!(
            "slip.revive",
            "让作废的单据复活",
            "brings a void slip back to life",
            "slip",
            |raw, scene| {
                run(
                    raw,
                    &format!("update slip set state = 'open' where id = {}", scene.void.0),
                );
                format!("id={}", scene.void.0)
            }
        ),
        tampering!(
            "slip.signer",
            "换掉签字人",
            "puts another person's name to a signature",
            "slip",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update slip set signed = replace(signed, '周保管', '杜保管') where id = {}",
                        scene.stock_in.0
                    ),
                );
                format!("id={}", scene.stock_in.0)
            }
        ),
        tampering!(
            "slip.number",
            "给单据换一个单号",
            "gives a slip another number",
            "slip",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update slip set number = 'CG20260401-9999' where id = {}",
                        scene.open.0
                    ),
                );
                format!("id={}", scene.open.0)
            }
        ),
        tampering!(
            "slip.reopen_draws",
            "把订单的已执行数量清零，好再收一次",
            "clears what was drawn of an order, to receive it once more",
            "slip",
            |raw, _scene| {
                let id = raw.cell("select id from slip where kind = 'gsp.purchase_inbound.order' and drawn like '%qty%' order by id limit 1");
                run(
                    raw,
                    &format!("update slip set drawn = '{{}}' where id = {id}"),
                );
                format!("id={id}")
            }
        ),
        tampering!(
            "slip.delete",
            "删除一张已执行的单据及其内容",
            "deletes an executed slip with all that was filled in",
            "slip",
            |raw, scene| {
                let id = scene.stock_in.0;
                run(
                    raw,
                    &format!(
                        "delete from slip where id = {id}; delete from slip_body where id = {id}; delete from todo where slip = {id}"
                    ),
                );
                format!("id={id}")
            }
        ),
        tampering!(
            "slip.delete_everywhere",
            "删除单据，连同签字、分录、附注",
            "deletes a slip with its signatures, legs and notes",
            "signature",
            |raw, scene| {
                let (id, seq) = (scene.stock_in.0, scene.signed);
                run(
                    raw,
                    &format!(
                        "delete from slip where id = {id}; delete from slip_body where id = {id}; delete from signature where slip = {id}; delete from leg where seq = {seq}; delete from note where slip = {id}"
                    ),
                );
                format!("seq={seq}")
            }
        ),
        tampering!(
            "slip.insert",
            "凭空插入一张已执行的单据",
            "inserts an executed slip out of nothing",
            "slip",
            |raw, scene| {
                let columns = "kind, version, number, state, day, begun_at, begun_by, party, amount, first_seq, last_seq, content, signed, waiting, sources, children, taken, drawn, reversal, timers";
                run(
                    raw,
                    &format!(
                        "insert into slip (org, id, {columns}) select org, id + 1000, {columns} from slip where id = {}",
                        scene.stock_in.0
                    ),
                );
                format!("id={}", scene.stock_in.0 + 1000)
            }
        ),
        tampering!(
            "slip_body.quantity",
            "改已执行入库单的货位",
            "changes where executed goods were put",
            "slip_body",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update slip_body set lines = replace(lines, 'A-01', 'B-99') where id = {}",
                        scene.stock_in.0
                    ),
                );
                format!("id={}", scene.stock_in.0)
            }
        ),
        tampering!(
            "slip_body.swap",
            "对调两张订单的内容",
            "exchanges what two orders say",
            "slip_body",
            |raw, scene| {
                let (a, b) = (scene.void.0, scene.open.0);
                run(
                    raw,
                    &format!(
                        "update slip_body set id = -1 where id = {a}; update slip_body set id = {a} where id = {b}; update slip_body set id = {b} where id = -1; update slip_body set header = replace(header, 'S01', 'S02') where id = {b}"
                    ),
                );
                format!("id={b}")
            }
        ),
        tampering!(
            "signature.person",
            "把签字改到别人名下",
            "puts a signature in another's name",
            "signature",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update signature set person = '杜保管', identity = '杜保管' where seq = {}",
                        scene.signed
                    ),
                );
                format!("seq={}", scene.signed)
            }
        ),
        tampering!(
            "signature.delete",
            "删除一个签字",
            "deletes a signature",
            "signature",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from signature where seq = {}", scene.signed),
                );
                format!("seq={}", scene.signed)
            }
        ),
        tampering!(
            "signature.insert",
            "插入一个审核签字",
            "inserts an approval",
            "signature",
            |raw, scene| {
                let seq = raw.cell("select max(seq) from journal where act = 'comment'");
                run(
                    raw,
                    &format!(
                        "insert into signature select org, {seq}, {}, act, 'gsp.purchase_inbound.order.approve', '白经理', '白经理', 'gsp.purchase_manager', on_behalf_of, at, content, text, since from signature where seq = {}",
                        scene.open.0, scene.signed
                    ),
                );
                format!("seq={seq}")
            }
        ),
        tampering!(
            "signature.swap",
            "对调两个签字的顺序",
            "exchanges two signatures",
            "signature",
            |raw, scene| {
                let (a, b) = (scene.signed - 1, scene.signed);
                run(
                    raw,
                    &format!(
                        "update signature set seq = -1 where seq = {a}; update signature set seq = {a} where seq = {b}; update signature set seq = {b} where seq = -1"
                    ),
                );
                format!("seq={a}")
            }
        ),
        tampering!(
            "signature.content",
            "让签字指向另一份内容",
            "lets a signature point to other content",
            "signature",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update signature set content = '{}' where seq = {}",
                        "0".repeat(32),
                        scene.signed
                    ),
                );
                format!("seq={}", scene.signed)
            }
        ),
        tampering!(
            "todo.hide",
            "从待办中抹去一张单",
            "takes a slip out of an inbox",
            "todo",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from todo where slip = {}", scene.open.0),
                );
                format!("slip={}", scene.open.0)
            }
        ),
        tampering!(
            "todo.redirect",
            "把待办转给别人",
            "sends what waits to somebody else",
            "todo",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update todo set holder = 'p:门卫' where slip = {}",
                        scene.open.0
                    ),
                );
                format!("slip={}", scene.open.0)
            }
        ),
        tampering!(
            "timer.delete",
            "取消时限提醒",
            "takes a deadline away",
            "timer",
            |raw, scene| {
                run(
                    raw,
                    &format!("delete from timer where slip = {}", scene.note.0),
                );
                format!("slip={}", scene.note.0)
            }
        ),
        tampering!(
            "timer.later",
            "推迟时限",
            "puts a deadline off",
            "timer",
            |raw, scene| {
                run(
                    raw,
                    &format!(
                        "update timer set due = due + 86400000000 where slip = {}",
                        scene.note.0
                    ),
                );
                format!("slip={}", scene.note.0)
            }
        ),
        tampering!(
            "note.text",
            "改一条批注",
            "edits a comment",
            "note",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from note where kind = 'comment'");
                run(
                    raw,
                    &format!("update note set text = '货未上架' where seq = {seq}"),
                );
                format!("seq={seq}")
            }
        ),
        tampering!(
            "note.delete",
            "删一条批注",
            "deletes a comment",
            "note",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from note where kind = 'comment'");
                run(raw, &format!("delete from note where seq = {seq}"));
                format!("seq={seq}")
            }
        ),
        tampering!(
            "note.attachment",
            "把附件换成另一份内容",
            "lets an attachment point to other content",
            "note",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from note where kind = 'attachment'");
                run(
                    raw,
                    &format!(
                        "update note set hash = '{}' where seq = {seq}",
                        "0".repeat(64)
                    ),
                );
                format!("seq={seq}")
            }
        ),
        tampering!(
            "content.bytes",
            "改附件的内容",
            "edits the content of an attachment",
            "content",
            |raw, _scene| {
                let hash = raw.cell("select hash from content");
                run(
                    raw,
                    &format!(
                        "update content set bytes = {}",
                        raw.blob(b"delivery note DN2")
                    ),
                );
                format!("hash={hash}")
            }
        ),
        tampering!(
            "content.delete",
            "删附件的内容",
            "deletes the content of an attachment",
            "content",
            |raw, _scene| {
                let hash = raw.cell("select hash from content");
                run(raw, "delete from content");
                format!("hash={hash}")
            }
        ),
    ]
}

fn people() -> Vec<Tampering> {
    vec![
        tampering!(
            "record.grant",
            "给自己添一个岗位",
            "adds a role to himself",
            "record",
            |raw, _scene| {
                run(
                    raw,
                    r#"update record set body = replace(body, '"grants":[]', '"grants":[{"role":"gsp.purchase_manager"}]') where register = 'person' and key = '门卫'"#,
                );
                "register=person key=门卫".to_owned()
            }
        ),
        tampering!(
            "record.identity",
            "把一人两号改成两个自然人",
            "makes two natural persons of one with two accounts",
            "record",
            |raw, _scene| {
                run(
                    raw,
                    r#"update record set body = replace(body, '"identity":"吴多岗"', '"identity":"吴副号"') where register = 'person' and key = '吴副号'"#,
                );
                "register=person key=吴副号".to_owned()
            }
        ),
        tampering!(
            "record.licence",
            "改供货单位的许可证有效期",
            "prolongs a supplier's licence",
            "record",
            |raw, _scene| {
                run(
                    raw,
                    "update record set body = replace(body, '2027-12-31', '2099-12-31') where register = 'gsp.party' and key = 'S01'",
                );
                "register=gsp.party key=S01".to_owned()
            }
        ),
        tampering!(
            "record.delete_version",
            "删去结账的记录，让期间重新可记",
            "deletes the closing of a period",
            "record",
            |raw, _scene| {
                let seq = raw.cell("select max(seq) from record where register = 'period'");
                run(raw, &format!("delete from record where seq = {seq}"));
                format!("seq={seq}")
            }
        ),
        tampering!(
            "record.insert_version",
            "插入一个新的人员版本",
            "inserts a new version of a person",
            "record",
            |raw, scene| {
                let seq = scene.head.0;
                run(
                    raw,
                    &format!(
                        "insert into record select org, register, key, version + 1, from_day, replace(body, '\"grants\":[]', '\"grants\":[{{\"role\":\"gsp.buyer\"}}]'), {seq}, 0 from record where register = 'person' and key = '门卫'"
                    ),
                );
                "register=person key=门卫 version=2".to_owned()
            }
        ),
        tampering!(
            "record.deputy",
            "给审核人添一个代办人",
            "adds a deputy to an approver",
            "record",
            |raw, _scene| {
                let seq = raw.cell(
                    "select max(seq) from record where register = 'person' and key = '白经理'",
                );
                run(
                    raw,
                    &format!(
                        "update record set body = replace(body, '\"to\":\"李经理\"', '\"to\":\"王内勤\"') where register = 'person' and key = '白经理' and seq = {seq}"
                    ),
                );
                "register=person key=白经理".to_owned()
            }
        ),
        tampering!(
            "credential.replace",
            "换掉别人的密码",
            "replaces somebody's password",
            "credential",
            |raw, _scene| {
                run(
                    raw,
                    "update credential set stored = (select c.stored from credential c where c.login = '管理员甲') where login = '白经理'",
                );
                "login=白经理".to_owned()
            }
        ),
        tampering!(
            "credential.replace_with_its_digest",
            "换掉密码，并同时改其摘要记录",
            "replaces a password and the record of its digest with it",
            "record",
            |raw, _scene| {
                let digest = raw.cell(
                    "select body from record where register = 'credential' and key = '管理员甲'",
                );
                run(
                    raw,
                    &format!(
                        "update credential set stored = (select c.stored from credential c where c.login = '管理员甲') where login = '白经理'; update record set body = '{digest}' where register = 'credential' and key = '白经理'"
                    ),
                );
                "register=credential key=白经理".to_owned()
            }
        ),
        tampering!(
            "credential.delete",
            "删去密码",
            "deletes a password",
            "credential",
            |raw, _scene| {
                run(raw, "delete from credential where login = '白经理'");
                "login=白经理".to_owned()
            }
        ),
        tampering!(
            "pack_text.rule",
            "从流程文本中删去职责分离",
            "takes the separation out of a flow's text",
            "pack_text",
            |raw, _scene| {
                run(
                    raw,
                    "update pack_text set texts = replace(texts, 'separate order.fill order.approve', '') where name = 'gsp'",
                );
                format!(
                    "version={}",
                    raw.cell("select version from pack_text where name = 'gsp'")
                )
            }
        ),
        tampering!(
            "pack_text.delete",
            "删去旧流程版本的文本",
            "deletes the text of a flow's version",
            "pack_text",
            |raw, _scene| {
                let seq = raw.cell("select seq from pack_text where name = 'trial'");
                run(raw, "delete from pack_text where name = 'trial'");
                format!("seq={seq}")
            }
        ),
        tampering!(
            "session.other_person",
            "把会话改到别人名下",
            "puts a session in another's name",
            "session",
            |raw, _scene| {
                run(raw, "update session set login = '白经理'");
                "token=".to_owned() + &"a".repeat(64)
            }
        ),
        tampering!(
            "attempt.unlock",
            "抹去登录失败次数",
            "clears failed log-ins",
            "attempt",
            |raw, _scene| {
                run(raw, "update attempt set count = 0, locked_until = 0");
                "who=王内勤".to_owned()
            }
        ),
        tampering!(
            "draft.other",
            "改别人未提交的草稿",
            "edits somebody's draft",
            "draft",
            |raw, _scene| {
                run(raw, "update draft set body = '{\"qty\":\"900\"}'");
                "login=王内勤".to_owned()
            }
        ),
    ]
}
