//! Whether the person who signs is fit for the work today: schooling and title for the post, training in force for the goods,
//! a health check in force. Asked of the registers 从业人员 and 培训档案, whose keys begin with the person's login.

use kernel::{Day, Value};
use model::{Facts, RuleContext, Verdict};

/// Schooling, the lowest first.
const SCHOOLING: [&str; 6] = ["初中", "高中", "中专", "大专", "本科", "研究生"];
/// Subjects that are pharmacy.
const PHARMACY: [&str; 2] = ["药学", "中药学"];
/// Subjects next to pharmacy.
const RELATED: [&str; 3] = ["医学", "生物", "化学"];
/// Titles of a subject end in one of these, the lowest first.
const LEVELS: [&str; 3] = ["初级", "中级", "高级"];
/// Posts that may not be held beside another one (*02301).
const QUALITY_POSTS: [&str; 4] = ["质量负责人", "质量管理部门负责人", "质量管理", "验收"];

/// What is on file of a person.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub post: String,
    pub schooling: String,
    pub subject: String,
    pub title: String,
    pub pharmacist_until: Option<Day>,
    pub years: i64,
}

impl File {
    /// The file of a login; all of it empty when there is none.
    pub fn of(facts: &dyn Facts, login: &str) -> File {
        let fact = |field: &str| facts.fact("staff", login, field);
        let text = |field: &str| fact(field).as_text().unwrap_or_default().to_owned();
        File {
            post: text("post"),
            schooling: text("schooling"),
            subject: text("subject"),
            title: text("title"),
            pharmacist_until: fact("pharmacist_until").as_day(),
            years: count(&fact("years")),
        }
    }

    fn schooled(&self, least: &str) -> bool {
        let rank = |word: &str| SCHOOLING.iter().position(|one| *one == word);
        rank(&self.schooling) >= rank(least) && rank(&self.schooling).is_some()
    }

    fn studied(&self, least: &str, subjects: &[&str]) -> bool {
        self.schooled(least) && subjects.contains(&&*self.subject)
    }

    /// A title in pharmacy (Chinese pharmacy counts) or, with `chinese`, in Chinese pharmacy only.
    fn titled(&self, least: &str, chinese: bool) -> bool {
        let rank = |word: &str| LEVELS.iter().position(|one| *one == word);
        let level = match self.title.strip_prefix("中药学") {
            Some(level) => Some(level),
            None if chinese => None,
            None => self.title.strip_prefix("药学"),
        };
        level.is_some_and(|level| rank(level).is_some() && rank(level) >= rank(least))
    }

    fn pharmacist(&self, today: Day) -> bool {
        self.pharmacist_until.is_some_and(|until| until >= today)
    }

    /// Whether schooling, title and years do for a post (*01901 to 02402).
    /// `head_years`: see [`head_years`].
    pub fn fits(&self, post: &str, today: Day, head_years: i64) -> bool {
        match post {
            "企业负责人" => self.schooled("大专") || self.titled("中级", false),
            "质量负责人" => {
                self.schooled("本科") && self.pharmacist(today) && self.years >= head_years
            }
            "质量管理部门负责人" => self.pharmacist(today) && self.years >= head_years,
            "质量管理" => {
                self.studied("中专", &PHARMACY)
                    || self.studied("大专", &RELATED)
                    || self.titled("初级", false)
            }
            "验收" | "养护" => {
                self.studied("中专", &PHARMACY)
                    || self.studied("中专", &RELATED)
                    || self.titled("初级", false)
            }
            "采购" => self.studied("中专", &PHARMACY) || self.studied("中专", &RELATED),
            _ => self.schooled("高中"),
        }
    }

    /// Whether they do for herbs and decoction pieces as well (*02205, 02206).
    fn fits_herbs(&self, post: &str) -> bool {
        let least = if post == "验收" { "中级" } else { "初级" };
        self.studied("中专", &["中药学"]) || self.titled(least, true)
    }
}

/// Years of quality work that the heads of quality must have; nobody has enough where no limit is known.
pub fn head_years(context: &RuleContext<'_>) -> i64 {
    let years = context.facts.parameter("quality_head_years", "");
    years.as_amount().map_or(i64::MAX, |years| years.units)
}

fn count(value: &Value) -> i64 {
    value.as_amount().map_or(0, |amount| amount.units)
}

/// Whether some line of the slip is of goods of which `asks` is true, by their record's field.
pub fn any_goods(context: &RuleContext<'_>, field: &str, asks: &[&str]) -> bool {
    (0..context.slip.lines.len()).any(|line| {
        let item = context.slip.line(line, "item");
        item.as_text().is_some_and(|item| {
            let fact = context.facts.fact("item", item, field);
            fact.as_text().is_some_and(|text| asks.contains(&text))
        })
    })
}

fn qualified(context: &RuleContext<'_>, posts: &[&str]) -> Verdict {
    let file = File::of(context.facts, context.signer);
    let herbs = any_goods(context, "class", &["中药材", "中药饮片"]);
    let judged_herbs =
        !herbs || !matches!(&*file.post, "验收" | "养护") || file.fits_herbs(&file.post);
    (posts.contains(&&*file.post)
        && file.fits(&file.post, context.today, head_years(context))
        && judged_herbs)
        .into()
}

/// 质量管理人员.
pub fn quality(context: &RuleContext<'_>) -> Verdict {
    qualified(context, &QUALITY_POSTS[..3])
}

/// 验收人员.
pub fn inspector(context: &RuleContext<'_>) -> Verdict {
    qualified(context, &["验收"])
}

/// 养护人员.
pub fn maintainer(context: &RuleContext<'_>) -> Verdict {
    qualified(context, &["养护"])
}

/// 采购人员.
pub fn buyer(context: &RuleContext<'_>) -> Verdict {
    qualified(context, &["采购"])
}

/// 销售、储存等人员: whoever is not of the quality department and is schooled well enough.
pub fn other(context: &RuleContext<'_>) -> Verdict {
    let file = File::of(context.facts, context.signer);
    (!file.post.is_empty() && !QUALITY_POSTS.contains(&&*file.post) && file.schooled("高中")).into()
}

/// 培训: for the post, and for cold goods and goods under special control where the slip has any.
pub fn trained(context: &RuleContext<'_>) -> Verdict {
    let in_force = |kind: &str| {
        let key = format!("{}/{kind}", context.signer);
        let until = context.facts.fact("training", &key, "until").as_day();
        until.is_some_and(|until| until >= context.today)
    };
    let cold = any_goods(context, "storage", &["冷藏", "冷冻"]);
    let special = any_goods(context, "class", &["特殊管理药品"]);
    (in_force("岗位") && (!cold || in_force("冷藏冷冻")) && (!special || in_force("特殊管理")))
        .into()
}

/// 健康检查: in force, and nothing found that keeps the person from drugs.
pub fn healthy(context: &RuleContext<'_>) -> Verdict {
    let fact = |field: &str| context.facts.fact("staff", context.signer, field);
    let in_force = fact("health_until")
        .as_day()
        .is_some_and(|until| until >= context.today);
    (in_force && fact("health").as_text() == Some("合格")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(schooling: &str, subject: &str, title: &str) -> File {
        File {
            schooling: schooling.to_owned(),
            subject: subject.to_owned(),
            title: title.to_owned(),
            ..File::default()
        }
    }

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn schooling_or_title_fits_the_post() {
        let today = day("2026-04-01");
        for (file, post, fits) in [
            (file("中专", "药学", ""), "质量管理", true),
            (file("中专", "化学", ""), "质量管理", false),
            (file("大专", "化学", ""), "质量管理", true),
            (file("本科", "其他", ""), "质量管理", false),
            (file("高中", "其他", "药学初级"), "质量管理", true),
            (file("中专", "化学", ""), "验收", true),
            (file("高中", "药学", ""), "验收", false),
            (file("高中", "", "中药学初级"), "养护", true),
            (file("中专", "生物", ""), "采购", true),
            (file("高中", "", "药学高级"), "采购", false),
            (file("高中", "", ""), "储存", true),
            (file("初中", "", ""), "储存", false),
            (file("", "", ""), "销售", false),
            (file("高中", "", "药学中级"), "企业负责人", true),
            (file("高中", "", "药学初级"), "企业负责人", false),
            (file("大专", "", ""), "企业负责人", true),
        ] {
            assert_eq!(file.fits(post, today, 3), fits, "{file:?} as {post}");
        }
    }

    #[test]
    fn the_heads_of_quality_are_pharmacists_of_three_years() {
        let head = File {
            pharmacist_until: Some(day("2026-04-01")),
            years: 3,
            ..file("本科", "药学", "")
        };
        let (last, after) = (day("2026-04-01"), day("2026-04-02"));
        assert!(head.fits("质量负责人", last, 3) && head.fits("质量管理部门负责人", last, 3));
        assert!(!head.fits("质量负责人", after, 3) && !head.fits("质量管理部门负责人", after, 3));
        let young = File {
            years: 2,
            ..head.clone()
        };
        assert!(!young.fits("质量负责人", last, 3) && !young.fits("质量管理部门负责人", last, 3));
        let college = File {
            schooling: "大专".to_owned(),
            ..head
        };
        assert!(
            !college.fits("质量负责人", last, 3) && college.fits("质量管理部门负责人", last, 3)
        );
    }

    #[test]
    fn herbs_are_judged_by_people_of_chinese_pharmacy() {
        assert!(file("中专", "中药学", "").fits_herbs("验收"));
        assert!(!file("本科", "药学", "药学高级").fits_herbs("验收"));
        assert!(!file("", "", "中药学初级").fits_herbs("验收"));
        assert!(file("", "", "中药学中级").fits_herbs("验收"));
        assert!(file("", "", "中药学初级").fits_herbs("养护"));
    }
}
