//! Where the boxes of a drawing with lanes stand: each to the right of all that lead to it, each in its lane.

use std::collections::HashMap;

/// Width of the strip with a lane's name.
pub(super) const HEAD: i32 = 30;
/// Left and upper edge.
const EDGE: i32 = 20;
/// From the left edge of a column to that of the next.
const COLUMN: i32 = 180;
/// Height of a row within a lane.
const ROW: i32 = 120;

/// A box to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Box {
    pub lane: usize,
    pub wide: i32,
    pub high: i32,
}

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Plan {
    /// Left edge of the lanes.
    pub left: i32,
    pub top: i32,
    pub wide: i32,
    pub high: i32,
    /// Upper edge and height of each lane.
    pub lanes: Vec<(i32, i32)>,
    /// Left upper corner of each box.
    pub places: Vec<(i32, i32)>,
}

/// Places boxes that are connected by these edges, which make no circle.
pub(super) fn plan(lanes: usize, boxes: &[Box], edges: &[(usize, usize)]) -> Plan {
    let columns = columns(boxes.len(), edges);
    // Boxes of one lane and one column stand below each other.
    let mut filled: HashMap<(usize, usize), i32> = HashMap::new();
    let mut rows = vec![1; lanes];
    let mut row_of = Vec::with_capacity(boxes.len());
    for (at, one) in boxes.iter().enumerate() {
        let row = filled.entry((one.lane, columns[at])).or_default();
        row_of.push(*row);
        *row += 1;
        rows[one.lane] = rows[one.lane].max(*row);
    }
    let left = EDGE + HEAD;
    let mut y = EDGE;
    let mut bands = Vec::with_capacity(lanes);
    for count in rows {
        bands.push((y, count * ROW));
        y += count * ROW;
    }
    let last = columns.iter().max().copied().unwrap_or(0);
    let places = boxes
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let column = i32::try_from(columns[at]).unwrap_or(0);
            let x = left + 40 + column * COLUMN + (120 - one.wide) / 2;
            let (top, _) = bands[one.lane];
            (x, top + row_of[at] * ROW + (ROW - one.high) / 2)
        })
        .collect();
    Plan {
        left,
        top: EDGE,
        wide: 40 + (i32::try_from(last).unwrap_or(0) + 1) * COLUMN,
        high: y - EDGE,
        lanes: bands,
        places,
    }
}

/// The length of the longest way to each box.
fn columns(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0; count];
    // Without a circle this settles after as many rounds as there are boxes at most.
    for _ in 0..count {
        let before = columns.clone();
        for (from, to) in edges {
            columns[*to] = columns[*to].max(columns[*from] + 1);
        }
        if columns == before {
            break;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_in_their_lanes_and_none_on_another() {
        let one = |lane| Box {
            lane,
            wide: 120,
            high: 80,
        };
        // 0 → 1 and 0 → 2 share lane and column; 3 comes after both.
        let made = plan(
            2,
            &[one(0), one(1), one(1), one(0)],
            &[(0, 1), (0, 2), (1, 3), (2, 3)],
        );
        assert_eq!(made.lanes, [(EDGE, ROW), (EDGE + ROW, 2 * ROW)]);
        assert_eq!(made.places[1].0, made.places[2].0);
        assert_eq!(made.places[2].1 - made.places[1].1, ROW);
        assert!(made.places[3].0 > made.places[2].0);
    }
}
