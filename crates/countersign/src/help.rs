//! The help texts in Chinese. The English ones stand beside the arguments they describe; a test holds that none is
//! without its Chinese.

use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::Arguments;
use crate::lang::Lang;

/// The command line as it is read, with help in a language.
pub fn command(lang: Lang) -> Command {
    let command = Arguments::command().disable_help_subcommand(true);
    match lang {
        Lang::En => command,
        Lang::Zh => chinese(command, ""),
    }
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

fn chinese(command: Command, path: &str) -> Command {
    let mut order = 0;
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command
        .about(about(path).unwrap_or_default())
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .mut_args(|arg| {
            order += 1;
            let heading = if arg.is_positional() {
                "参数"
            } else {
                "选项"
            };
            let help = argument(path, arg.get_id().as_str()).unwrap_or_default();
            arg.help_heading(heading).help(help).display_order(order)
        })
        .arg(flag("help", 'h', ArgAction::Help, "显示帮助"));
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(flag(
            "version",
            'V',
            ArgAction::Version,
            "显示版本",
        ));
    }
    for name in names {
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path} {name}")
        };
        command = command.mut_subcommand(name, |sub| chinese(sub, &inner));
    }
    command
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(name)
        .short(short)
        .long(name)
        .action(action)
        .help(help)
        .help_heading("选项")
}

/// What a command does.
fn about(path: &str) -> Option<&'static str> {
    Some(match path {
        "" => "会签：单据、签字与账。一个程序运行按业务包办理的各种流程",
        "serve" => "运行服务；不带 --demo 时，首次启动建立一名系统管理员",
        "check" => "检查业务包：一次列出全部错误，附文件、行、列和提示",
        "show" => "显示业务包或其中一个流程，文字或图形",
        "test" => "运行情景测试；列出每个不符之处",
        "verify" => "重算全部余额和哈希，指出首个坏行",
        "backup" => "将全部数据写入一个文件，服务可照常运行",
        "restore" => "将备份恢复到空处，并核对",
        "import" => "由 CSV 或 XLSX 导入商品、单位、人员；全部导入或全不导入",
        "export" => "将商品、单位、人员、单据或日志导出为 CSV 或 XLSX",
        "print" => "将单据打印为 PDF",
        "inspection" => "将一段时间的全部记录写成一个签名档案，不用本软件也能校验",
        "user" => "查看和变更人员及其岗位",
        "user list" => "列出全部人员及其岗位",
        "user add" => "增加人员，显示其初始密码（仅一次）",
        "user grant" => "授予岗位",
        "user revoke" => "收回岗位",
        "user password" => "设置新密码并显示（仅一次）；也可设置本人的",
        "user deactivate" => "停用账号；其已签内容保留",
        "user activate" => "重新启用账号",
        "bench" => "测量本机上的速度；末行是一个 JSON 对象",
        _ => return None,
    })
}

/// What an argument means; by its command where commands differ.
fn argument(path: &str, id: &str) -> Option<&'static str> {
    Some(match (path, id) {
        (_, "lang") => "提示语言 [默认：按环境变量 LANG]",
        (_, "data") => "数据文件夹（数据库、锁、演示密码） [默认：./data]",
        (_, "database_url") => {
            "不用文件夹中的数据库：postgres://用户@主机/库名、sqlite:///路径 或 memory:"
        }
        (_, "packs") => {
            "业务包所在文件夹，其中每个文件夹是一个业务包，用以代替内置业务包 [默认：数据文件夹中的 packs，如果有]"
        }
        (_, "json") => "以一个 JSON 值输出",
        ("serve", "demo") => "首次启动时建立演示公司：每个岗位一人，并有数周的业务",
        ("serve", "listen") => "监听地址 [默认：127.0.0.1:8080]",
        ("serve", "company") => "单位名称，显示在页面和打印单据上",
        ("serve", "public_origin") => {
            "浏览器访问本系统的地址（与监听地址不同时），如 https://slips.example；用于邮件链接、通行密钥、企业账号登录和纸面二维码；https 地址的会话只经 HTTPS 传送 [环境变量 COUNTERSIGN_PUBLIC_ORIGIN]"
        }
        ("serve", "secure") => "会话只经 HTTPS 传送；置于 TLS 代理之后时使用",
        ("check", "path") => "业务包文件夹或 .kdl 文件；省略则检查所用的业务包",
        ("show", "pack") => "内置业务包名，或业务包文件夹",
        ("show", "flow") => "流程名；省略则显示整个业务包",
        ("show", "svg") => "以 SVG 图形显示流程",
        ("show", "bpmn") => "以 BPMN 2.0 输出流程，供其他建模工具打开",
        ("show", "reference") => "以 Markdown 显示业务包的参考页",
        ("show", "refusals") => {
            "以 Markdown 列出全部拒绝：代码与中英文语句；不给业务包则列内置的全部"
        }
        ("test", "files") => {
            "情景文件；在业务包文件夹中的，用该文件夹当前内容运行，其余用内置业务包"
        }
        ("verify", "slip") => "改为查验一张打印的单据：二维码文本，编号加校验码，或只有编号",
        ("verify", "kept") => {
            "以前核对时显示、另处保存的日志末行及其哈希：可查出日志此后是否被截断或重写；可多次给出"
        }
        ("serve", "allow_target") => {
            "放行此内网主机、主机:端口或网段（10.1.0.0/16），供网络通知、邮件和短信使用；可多次给出"
        }
        ("serve" | "backup", "backups") => "定时备份的文件夹 [默认：数据文件夹中的 backups]",
        ("backup", "drill") => "把最新的备份（或给出的文件）恢复到临时位置，核对并记下结果",
        ("backup", "file") => "要写入的备份文件，须尚不存在；演练时为要演练的备份",
        ("restore", "file") => "要恢复的备份文件",
        ("import", "what") => "对象：items 商品、partners 单位、people 人员，或台账名",
        ("import", "file") => "首行为列名的表格，.csv 或 .xlsx",
        ("import", "dry_run") => "只检查，不导入",
        ("import", "passwords") => "人员：将新增人员的初始密码写入此文件，仅本人可读",
        ("export", "what") => {
            "对象：items 商品、partners 单位、people 人员、slips 单据、journal 日志，或台账名"
        }
        ("export", "file") => "要写入的表格，.csv 或 .xlsx",
        ("export", "kind") => {
            "单据：只导出此种类的全部字段，每行明细一行（gsp.purchase_inbound.order）"
        }
        ("export", "from") => "单据：起始日期",
        ("export", "to") => "单据：截止日期",
        ("inspection", "file") => "要写入的档案，须尚不存在",
        ("inspection", "from") => "起始业务日期",
        ("inspection", "to") => "截止业务日期",
        ("inspection", "flow") => "只含此流程的单据（gsp.purchase_inbound）；可多次给出",
        ("inspection", "no_prints") => "不含打印格式",
        ("inspection", "company") => "单位名称",
        ("import", "map") => {
            "此列名即此字段；字段写作 - 则不导入该列。可多次给出，并为下次同类文件保留"
        }
        ("import", "guess") => "不认识的列名按相近的字段处理",
        ("print", "number") => "单据编号",
        ("print", "output") => "要写入的 PDF；- 为标准输出 [默认：编号.pdf]",
        ("print", "copies") => "打印常用三联（存根、财务、仓库）",
        ("print", "company") => "表头的单位名称",
        ("user add", "login") => "登录账号",
        ("user add", "name") => "姓名（打印用）",
        ("user add", "identity") => "人员编号或身份证号：同一人的两个账号，在职责分离上视为一人",
        ("user add", "administrator") => "可管理人员、档案和业务包",
        ("user add", "roles") => "岗位，可限定范围：buyer、gsp.keeper@一号库；可多次给出",
        ("user grant" | "user revoke", "role") => "岗位，可限定到环节的范围值",
        ("user grant", "from") => "起始日期",
        ("user grant", "until") => "截止日期",
        ("user password", "recover") => "管理员遗失密码时：由系统设置，并记入日志",
        (_, "login") if path.starts_with("user ") => "账号",
        (_, "in_name_of") => "以哪位系统管理员的名义办理（账号） [默认：唯一的管理员]",
        (_, "password_stdin") => "由标准输入首行读取管理员密码",
        _ => return bench_argument(path, id),
    })
}

fn bench_argument(path: &str, id: &str) -> Option<&'static str> {
    if path != "bench" {
        return None;
    }
    Some(match id {
        "name" => "lifecycle、step-at-size、pages、verify、check、print、search、export 或 live",
        "clients" => "同时的客户端数",
        "store" => "数据库：sqlite、postgres 或 memory",
        "size" => "数据规模（单据数）",
        "http" => "lifecycle：经另一进程的 HTTP 接口",
        "seconds" => "测量时长（秒）",
        _ => return None,
    })
}

/// Says what is wrong with a command line, or prints the help or version that was asked for.
pub fn explain(error: &clap::Error, lang: Lang) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    let asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if lang == Lang::En || asked_for {
        // Nobody is left to tell when even this cannot be printed.
        let _ = error.print();
    } else {
        eprintln!("用法有误：{}", mistake(error));
        if let Some(usage) = error.get(ContextKind::Usage) {
            let usage = usage.to_string();
            eprintln!("用法：{}", usage.trim_start_matches("Usage: "));
        }
        eprintln!("用 --help 查看说明。");
    }
    ExitCode::from(code)
}

fn mistake(error: &clap::Error) -> String {
    let context = |kind: ContextKind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let mut text = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 {}", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => format!(
            "{argument} 与 {} 不能同用，或重复给出",
            context(ContextKind::PriorArg)
        ),
        ErrorKind::TooManyValues => format!("{argument} 的值过多：{value}"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 缺少值"),
        _ => format!("{argument} 的值 {value:?} 无效"),
    };
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .map(context)
    .find(|suggested| !suggested.is_empty());
    if let Some(suggested) = suggested {
        text.push_str(&format!("；是否指 {suggested}？"));
    }
    text
}

/// Where the help of a command line that begins with `help` is: `help import` is `import --help`.
pub fn as_flag(mut arguments: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    if arguments.get(1).is_some_and(|word| word == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::builder::StyledStr;

    use super::*;

    fn every(command: &Command, path: &str, missing: &mut Vec<String>) {
        if about(path).is_none()
            || command
                .get_about()
                .is_none_or(|about| *about == StyledStr::new())
        {
            missing.push(path.to_owned());
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            let english = arg
                .get_help()
                .is_some_and(|help| !help.to_string().is_empty());
            if !arg.is_hide_set() && (argument(path, id).is_none() || !english) {
                missing.push(format!("{path} {id}"));
            }
        }
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let name = sub.get_name();
            every(
                sub,
                &if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path} {name}")
                },
                missing,
            );
        }
    }

    #[test]
    fn everything_is_explained_in_both_languages() {
        let mut missing = Vec::new();
        every(&Arguments::command(), "", &mut missing);
        assert!(
            missing.is_empty(),
            "without help in both languages: {missing:?}"
        );
    }

    #[test]
    fn the_command_lines_are_sound() {
        command(Lang::En).debug_assert();
        command(Lang::Zh).debug_assert();
    }
}
