//! The codes of the refusals that are no pack's own: a list to read, to translate and to hold the sources to.

use crate::Class;

/// A code that may be answered, and what it means. The sentence a person reads names the slip, field or amount as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `separate`; stable, never renamed, only retired.
    pub code: &'static str,
    /// The kinds under which it is answered.
    pub classes: &'static [Class],
    /// What it means, in Chinese.
    pub zh: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

/// One row of a list of codes.
pub const fn code(
    code: &'static str,
    classes: &'static [Class],
    zh: &'static str,
    en: &'static str,
) -> Code {
    Code {
        code,
        classes,
        zh,
        en,
    }
}

use Class::{Balance, Draws, Field, Order, Request, Role, Separation};

/// The codes of the engine, in the order in which their checks are made.
pub const CODES: &[Code] = &[
    code(
        "key",
        &[Request, Field],
        "请求编号或登记编码须为 1 至 64 个可见字符",
        "an idempotency key or the code of a record has 1 to 64 visible characters",
    ),
    code(
        "key_reused",
        &[Request],
        "此请求编号已用于另一项操作",
        "this idempotency key was used for something else",
    ),
    code(
        "forbidden",
        &[Request],
        "没有这样的操作；代码后附所试的操作，如 forbidden.slip.delete",
        "nothing does this; the code goes on with what was tried, as in forbidden.slip.delete",
    ),
    code(
        "unknown_slip",
        &[Request],
        "没有这张单据",
        "there is no such slip",
    ),
    code(
        "unknown_step",
        &[Request],
        "没有这个环节",
        "there is no such step",
    ),
    code(
        "unknown_register",
        &[Request],
        "没有这个台账",
        "there is no such register",
    ),
    code(
        "unknown_ledger",
        &[Request],
        "没有这个账，或此账没有会计期间",
        "there is no such ledger, or it has no periods",
    ),
    code(
        "person",
        &[Role, Field],
        "不是在用的人员账号；系统不能签字",
        "not an active account; the system signs nothing",
    ),
    code(
        "deputy",
        &[Role, Field],
        "今天没有委托代办，代办人不能再委托他人，代办人须是另一名在用人员",
        "nobody was deputised for today; a deputy appoints no deputy; a deputy is another active person",
    ),
    code(
        "password_change",
        &[Role],
        "密码由他人设置，须先改为自己的密码",
        "the password was set by somebody else; replace it by one of your own first",
    ),
    code(
        "role",
        &[Role],
        "此环节或操作须由别的岗位办理，或已转由他人办理",
        "the step or act belongs to another role, or was handed over to somebody else",
    ),
    code(
        "administrator",
        &[Role],
        "须由系统管理员办理",
        "must be done by an administrator",
    ),
    code(
        "bootstrap",
        &[Role, Field],
        "单位已有人员，或首批人员中没有系统管理员",
        "the organisation has people already, or there is no administrator among the first",
    ),
    code(
        "order",
        &[Order],
        "还没有轮到、已经办理、已作废或无需办理",
        "not its turn: an earlier step is missing, it is done, the slip is void, or nothing is to be done",
    ),
    code(
        "stale",
        &[Order],
        "单据在查看之后已有改动，请重新查看后再签字",
        "the slip has changed since it was looked at; look again before signing",
    ),
    code(
        "print",
        &[Field],
        "打印设置不合要求，联数须为 1 至 12",
        "the settings of a print are not acceptable; it has 1 to 12 copies",
    ),
    code(
        "unseen",
        &[Order],
        "签字须附所见内容的摘要",
        "a signature must name the content that was seen",
    ),
    code(
        "separate",
        &[Separation],
        "两个环节不得为同一人",
        "two steps must not be done by the same person",
    ),
    code(
        "by_slips",
        &[Role],
        "已有记录的更改须填单申请、经审批后由单据登记",
        "what is on record is changed by a slip that is asked for and approved",
    ),
    code(
        "duplicate",
        &[Field],
        "同一项在一张单上只填一次",
        "the same field stands on a slip once",
    ),
    code(
        "sensitive",
        &[Field],
        "敏感内容只填在为它设的栏里，别的内容不填在那里",
        "what is sensitive goes into the fields that are there for it, and nothing else does",
    ),
    code(
        "unchanged",
        &[Field],
        "新值与现值相同",
        "the new value is the one that is on record",
    ),
    code(
        "fact_changed",
        &[Field],
        "申请之后登记内容已经变化，须退回重新填写",
        "what is recorded has changed since this was asked for; return the slip and fill it in again",
    ),
    code(
        "own_grant",
        &[Separation],
        "管理员不能改动本人的账号和岗位",
        "an administrator cannot change his own account or roles",
    ),
    code(
        "field",
        &[Field],
        "字段为空、类型不符、不合要求或不能改动",
        "a field is empty, of the wrong type, does not meet its condition or cannot be changed",
    ),
    code(
        "unknown_field",
        &[Field],
        "没有这个字段，或此环节不能填写",
        "there is no such field, or it cannot be entered at this step",
    ),
    code(
        "lines",
        &[Field],
        "明细行过多、过少或不能增加",
        "there are too many or too few lines, or none can be added",
    ),
    code(
        "source_line",
        &[Field],
        "明细行没有对应的上游明细行",
        "a line comes from no line of the source",
    ),
    code(
        "reference",
        &[Field],
        "所引用的登记不存在",
        "the record that is referred to does not exist",
    ),
    code(
        "too_large",
        &[Field, Balance],
        "计算结果超出可记账的范围",
        "a computed amount is too large to be booked",
    ),
    code(
        "reason",
        &[Field],
        "须写明原因，1 至 500 字，不含不可见字符",
        "a reason must be given, of 1 to 500 characters, none of them invisible",
    ),
    code(
        "comment",
        &[Field],
        "意见须为 1 至 2000 字，不含不可见字符",
        "a comment has 1 to 2,000 characters, none of them invisible",
    ),
    code(
        "attachment",
        &[Field],
        "附件的名称、大小或种类不合要求，或内容未上传",
        "name, size or kind of the attachment is not acceptable, or its content was not uploaded",
    ),
    code(
        "hand_over",
        &[Field],
        "不能转办给自己或没有岗位的人",
        "a step is handed over neither to oneself nor to somebody without the role",
    ),
    code(
        "add_signer",
        &[Field],
        "加签人须是另一人，且不能重复",
        "an added signer is another person, added once",
    ),
    code(
        "copy",
        &[Field],
        "抄送 1 至 100 人",
        "copy to 1 to 100 persons",
    ),
    code(
        "login",
        &[Field],
        "账号须为 1 至 64 个字符，不含空格和 / | :，且不重复",
        "a login has 1 to 64 characters without space or / | :, and appears once",
    ),
    code(
        "name",
        &[Field],
        "姓名须为 1 至 64 字",
        "a name has 1 to 64 characters",
    ),
    code(
        "identity",
        &[Field],
        "须填写人员编号；账号所属的自然人不能更改",
        "the staff or identity number must be given; the natural person behind an account cannot be changed",
    ),
    code(
        "unknown_role",
        &[Field],
        "没有这个岗位",
        "there is no such role",
    ),
    code(
        "export",
        &[Field],
        "没有这样的导出，或筛选条件过长",
        "there is no such export, or its conditions are too long",
    ),
    code(
        "scope",
        &[Field],
        "岗位的环节不分范围，限定范围不会起作用",
        "no step of the role is narrowed by anything, so a scope would mean nothing",
    ),
    code(
        "dates",
        &[Field],
        "起始日期晚于截止日期，或期限过长、已过",
        "the first day is after the last, or the span is too long or over",
    ),
    code(
        "draws",
        &[Draws],
        "超过上游明细的未执行数量，或少于下游已执行的数量",
        "more than what remains of the earlier line, or less than later slips have used of it",
    ),
    code(
        "taken",
        &[Draws],
        "来源单据已开过此种单据",
        "the source has its slip of this kind already",
    ),
    code(
        "place",
        &[Balance],
        "账中没有这个科目或库区",
        "the ledger has no such account or place",
    ),
    code(
        "unbalanced",
        &[Balance],
        "分录不平",
        "the entry does not balance",
    ),
    code(
        "period",
        &[Balance, Order, Field],
        "会计期间已结账、不存在或不能反结账",
        "the period is closed, does not exist or cannot be opened again",
    ),
    code("balance", &[Balance], "余额不足", "the balance falls short"),
    code(
        "worth",
        &[Balance],
        "没有数量的地方不能有金额",
        "no value may lie where no quantity lies",
    ),
    code(
        "negative",
        &[Field],
        "数量为负，不能按成本移动；要改正已记的，请冲销原单",
        "a negative quantity is not moved at its cost; what is booked is put right by a reversal",
    ),
    code(
        "unvalued",
        &[Balance],
        "有已发出未计价的数量，须先做月末结转",
        "quantities have left and are not valued yet; the month is closed first",
    ),
    code(
        "sign_in",
        &[Field],
        "登录方式只能由本人添加，或其内容、名称无效",
        "a way to sign in is added by its person alone; it or its name is not valid",
    ),
];
