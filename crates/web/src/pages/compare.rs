//! Two texts line by line: what stayed, what went, what came.

/// Lines around a change that are shown.
const AROUND: usize = 3;
/// Cells of the table that is filled in; beyond it everything between the first and the last difference counts as replaced.
const CELLS: usize = 4_000_000;

/// A line of a comparison, by its position in the text before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// In both.
    Same(usize, usize),
    /// Only before.
    Gone(usize),
    /// Only after.
    New(usize),
    /// So many lines alike that are left out.
    Left(usize),
}

/// What changed from one text to the other, with a few lines around each change.
pub(super) fn compare(before: &[&str], after: &[&str]) -> Vec<Line> {
    folded(&all(before, after))
}

fn all(before: &[&str], after: &[&str]) -> Vec<Line> {
    let alike = |(a, b): &(&&str, &&str)| a == b;
    let head = before.iter().zip(after).take_while(alike).count();
    let rest = (before.len() - head).min(after.len() - head);
    let tail = before[before.len() - rest..]
        .iter()
        .rev()
        .zip(after[after.len() - rest..].iter().rev())
        .take_while(alike)
        .count();
    let (a, b) = (
        &before[head..before.len() - tail],
        &after[head..after.len() - tail],
    );
    let mut lines: Vec<Line> = (0..head).map(|at| Line::Same(at, at)).collect();
    middle(a, b, head, &mut lines);
    lines.extend((0..tail).map(|at| Line::Same(before.len() - tail + at, after.len() - tail + at)));
    lines
}

/// The longest common subsequence of what is left between the ends, by the usual table.
fn middle(a: &[&str], b: &[&str], offset: usize, lines: &mut Vec<Line>) {
    let width = b.len() + 1;
    if (a.len() + 1).saturating_mul(width) > CELLS {
        lines.extend((0..a.len()).map(|at| Line::Gone(offset + at)));
        lines.extend((0..b.len()).map(|at| Line::New(offset + at)));
        return;
    }
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Same(offset + i, offset + j));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len()
            || (i < a.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
        {
            lines.push(Line::Gone(offset + i));
            i += 1;
        } else {
            lines.push(Line::New(offset + j));
            j += 1;
        }
    }
}

/// Leaves out lines that are far from any change.
fn folded(lines: &[Line]) -> Vec<Line> {
    let changed: Vec<usize> = (0..lines.len())
        .filter(|at| !matches!(lines[*at], Line::Same(..)))
        .collect();
    let near = |at: usize| {
        let next = changed.partition_point(|changed| *changed < at);
        let close = |one: Option<&usize>| one.is_some_and(|one| one.abs_diff(at) <= AROUND);
        close(changed.get(next)) || (next > 0 && close(changed.get(next - 1)))
    };
    let mut out = Vec::new();
    let mut left = 0;
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            if left > 0 {
                out.push(Line::Left(left));
                left = 0;
            }
            out.push(*line);
        } else {
            left += 1;
        }
    }
    if left > 0 {
        out.push(Line::Left(left));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both texts again, out of their comparison.
    fn again<'a>(
        lines: &[Line],
        before: &[&'a str],
        after: &[&'a str],
    ) -> (Vec<&'a str>, Vec<&'a str>) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for line in lines {
            match line {
                Line::Same(a, b) => {
                    left.push(before[*a]);
                    right.push(after[*b]);
                }
                Line::Gone(a) => left.push(before[*a]),
                Line::New(b) => right.push(after[*b]),
                Line::Left(_) => {}
            }
        }
        (left, right)
    }

    #[test]
    fn a_comparison_holds_both_texts() {
        let texts: [&[&str]; 6] = [
            &[],
            &["a"],
            &["a", "b", "c", "d"],
            &["a", "x", "c", "d"],
            &["d", "c", "b", "a"],
            &["a", "b", "b", "c", "d", "e"],
        ];
        for before in texts {
            for after in texts {
                let lines = all(before, after);
                let (left, right) = again(&lines, before, after);
                assert_eq!((&left[..], &right[..]), (before, after));
            }
        }
        assert_eq!(
            all(&["a", "b", "c"], &["a", "x", "c"]),
            [
                Line::Same(0, 0),
                Line::Gone(1),
                Line::New(1),
                Line::Same(2, 2)
            ]
        );
    }

    #[test]
    fn what_is_far_from_a_change_is_left_out() {
        let before: Vec<String> = (0..40).map(|at| at.to_string()).collect();
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let mut after = before.clone();
        after[20] = "x";
        let lines = compare(&before, &after);
        assert_eq!(lines.first(), Some(&Line::Left(17)));
        assert_eq!(lines.last(), Some(&Line::Left(16)));
        assert_eq!(lines.len(), 10);
        assert_eq!(compare(&before, &before), [Line::Left(40)]);
    }
}
