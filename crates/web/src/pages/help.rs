//! A page of help: the way to every slip's own page, and what a person does when something goes wrong.

use axum::response::Response;
use maud::html;

use super::desk::{Content, Desk};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::head;
use crate::parts::lang::{Lang, t};

/// Question and answer, in both languages.
const ANSWERS: [(&str, &str, &str, &str); 8] = [
    (
        "我该从哪里开始？",
        "待办里是等您签字的事项，最急的在最前面。点开一件，看清内容，签字或退回。要新开单据，用右上角的“开单”。",
        "Where do I begin?",
        "The inbox holds what waits for your signature, the most urgent first. Open one, read it, sign it or return it. To begin a slip use “New” at the top right.",
    ),
    (
        "为什么不让我签？",
        "页面会说出原因：岗位不符、还没轮到这一环节、不相容岗位不得为同一人、有字段要改、超过未执行数量、不合规则或余额不足。每条原因都有固定的代码。",
        "Why may I not sign?",
        "The page says why: another role, not the turn of this step, two steps that one person may not both sign, a field to correct, more than is still open, a rule that is not met, or a balance that would go below zero. Every reason has a code that stays.",
    ),
    (
        "写错了怎么办？",
        "下一环节签字前，可以“撤回”自己的签字；轮到下一人时，他可以“退回”。还没执行的单据可以作废，单号保留。已执行的只能申请冲销，由另一人确认，账上留红字。",
        "I made a mistake. What now?",
        "Until the next step is signed you can withdraw your signature; the next person can return the slip. A slip that is not executed can be made void and keeps its number. An executed one is reversed: you ask, another person confirms, and the ledger keeps red letters.",
    ),
    (
        "填了一半要离开？",
        "填单时自动保存草稿，在“待办 → 草稿”里接着填。草稿没有编号，不会留下断号。",
        "What if I leave half-way?",
        "What you type is saved as you go. Find it under Inbox → Drafts. A draft has no number and leaves no gap.",
    ),
    (
        "一张订单分几次到货？一行分几个批号？",
        "可以多次从同一张订单收货，每次只能收未执行的数量。一行拆成几行：用“复制本行”（Ctrl+Shift+D），来源不变，合计不能超过未执行数量；本次没有到的行，清空它的数量和其他内容即可。",
        "Several deliveries of one order? Several batches of one line?",
        "Receive from the same order as often as needed, each time what is still open. To split a line duplicate it (Ctrl+Shift+D): both come from the same line and together may not exceed what is open. Clear the lines that did not arrive.",
    ),
    (
        "请假时谁替我签？",
        "在“我的账号”里把一段时间委托给一位同事。他的签字会写明代谁办理，职责分离对你们两人都算。",
        "Who signs while I am away?",
        "Appoint a colleague for a period under My account. What he signs names both of you, and separation counts for both.",
    ),
    (
        "只用键盘行不行？",
        "行。按 ? 看全部快捷键：/ 查找，J K 在列表里上下，回车打开，Ctrl+Enter 签字，F7 选资料。",
        "Can I work by keyboard alone?",
        "Yes. Press ? for all keys: / finds, J and K walk a list, Enter opens, Ctrl+Enter signs, F7 looks up.",
    ),
    (
        "看到“系统出错”怎么办？",
        "这一步没有生效，也没有只做一半。用同一页面再提交一次不会重复办理。若再出现，把页面上的事件编号告诉管理员。",
        "The page says that something broke.",
        "Nothing was done, not even half of it. Sending the same page again never does a thing twice. If it comes back tell the administrator the incident number.",
    ),
];

pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Elsewhere, |reader| {
        let title = reader.t("帮助", "Help");
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (super::help_slip::index(reader))
            @for (ask_zh, answer_zh, ask_en, answer_en) in ANSWERS {
                section class="card" {
                    header { h2 { (t(reader.lang, ask_zh, ask_en)) } }
                    div class="in" { p { (t(reader.lang, answer_zh, answer_en)) } }
                }
            }
            @if reader.lang == Lang::En {
                p class="mute small" { a href="/api/openapi.json" { "The same commands as a JSON API" } }
            } @else {
                p class="mute small" { a href="/api/openapi.json" { "供程序使用的 JSON 接口" } }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}
