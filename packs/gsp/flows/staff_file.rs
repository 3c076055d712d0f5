//! Rules of 从业人员档案 that a `must=` cannot say.

use model::{Rule, RuleContext, Verdict};

use crate::staff::{File, head_years};
use crate::views::staff_file::StaffCardSlip;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[("fits_post", fits_post)];

/// 学历、职称或资格不符合岗位要求: schooling, title, pharmacist and years as the card says them.
fn fits_post(context: &RuleContext<'_>) -> Verdict {
    let text = |field: &str| {
        context
            .slip
            .header(field)
            .as_text()
            .unwrap_or_default()
            .to_owned()
    };
    let years = context.slip.header("years").as_amount();
    let file = File {
        post: text("post"),
        schooling: text("schooling"),
        subject: text("subject"),
        title: text("title"),
        pharmacist_until: context.slip.header("pharmacist_until").as_day(),
        years: years.map_or(0, |years| years.units),
    };
    if file.fits(&file.post, context.today, head_years(context)) {
        return Verdict::Holds;
    }
    Verdict::FailsAt {
        line: None,
        field: StaffCardSlip::POST,
    }
}
