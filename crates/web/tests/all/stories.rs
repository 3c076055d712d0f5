//! Every story of the pack, played through the pages: whatever a step needs is on its form, whatever is refused is said there.

use std::sync::Arc;
use std::thread;

use model::Catalog;
use testkit::scenario::{Effort, Stage, run_on};

use crate::desk::house::Clerks;

/// Stories are shared out among so many threads.
const AT_ONCE: usize = 2;

#[test]
fn every_story_can_be_worked_in_the_pages() {
    let pack = pack::read(&gsp::texts(), gsp::RULES).expect("the pack");
    let stage = Stage::new(&Catalog::new([Arc::new(pack)]));
    let stories = gsp::scenarios();
    let wanted = std::env::var("STORY").unwrap_or_default();
    let (worked, wrong) = thread::scope(|scope| {
        let share = |nth: usize| {
            let (stage, stories, wanted) = (&stage, &stories, &wanted);
            scope.spawn(move || {
                let mut worked = 0;
                let mut wrong = Vec::new();
                let mine = stories.iter().skip(nth).step_by(AT_ONCE);
                for story in mine.filter(|story| story.path.contains(wanted.as_str())) {
                    let packs = stage.packs(&story.text);
                    let mut clerks = Clerks::new(packs);
                    let report = run_on(&mut clerks, packs, &story.text, &story.path, Effort::Full);
                    wrong.extend(
                        report
                            .failures
                            .iter()
                            .map(|one| format!("{}:{}: {one}", story.path, one.line)),
                    );
                    wrong.extend(
                        clerks
                            .complaints
                            .iter()
                            .map(|one| format!("{}: {one}", story.path)),
                    );
                    worked += clerks.worked;
                }
                (worked, wrong)
            })
        };
        let shares: Vec<_> = (0..AT_ONCE).map(share).collect();
        let shares = shares
            .into_iter()
            .map(|share| share.join().expect("no panic"));
        shares.fold((0, Vec::new()), |(sum, mut all), (worked, wrong)| {
            all.extend(wrong);
            (sum + worked, all)
        })
    });
    assert!(
        wrong.is_empty(),
        "{}\n{} in all",
        wrong.join("\n"),
        wrong.len()
    );
    println!("{worked} commands through pages");
    assert!(
        wanted.is_empty() && worked > 1_000 || worked > 0,
        "{worked}"
    );
}
