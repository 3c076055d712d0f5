//! Layers: quantities that lie with the value they came with, and what is taken from them.

use std::sync::Arc;

/// A quantity with its value, both in smallest parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Values of the ledger's further dimensions; the order of layers is that of these texts.
    pub detail: Arc<str>,
    /// How much lies there.
    pub qty: i64,
    /// What it is worth.
    pub value: i64,
}

/// The value of `part` out of `whole`, rounded half up; the whole takes all of the value, so that nothing remains where nothing
/// lies. `None` where there is no such part or it does not fit.
pub fn share(value: i64, part: i64, whole: i64) -> Option<i64> {
    if part < 0 || part > whole {
        return None;
    }
    if part == whole {
        return Some(value);
    }
    let exact = i128::from(value).checked_mul(i128::from(part))?;
    i64::try_from(kernel::divide_half_up(exact, i128::from(whole))?).ok()
}

/// Takes `qty` from layers in the order in which they are given, each with its share of the value of its layer; the last of a
/// layer takes all that is left of it. `None` where they hold less.
pub fn draw<'a>(layers: impl IntoIterator<Item = &'a Layer>, qty: i64) -> Option<Vec<Layer>> {
    let mut left = qty;
    let mut out = Vec::new();
    for layer in layers {
        if left <= 0 {
            break;
        }
        let part = left.min(layer.qty);
        if part <= 0 {
            continue;
        }
        out.push(Layer {
            detail: layer.detail.clone(),
            qty: part,
            value: share(layer.value, part, layer.qty)?,
        });
        left -= part;
    }
    (left == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(detail: &str, qty: i64, value: i64) -> Layer {
        Layer {
            detail: detail.into(),
            qty,
            value,
        }
    }

    #[test]
    fn the_last_unit_takes_what_is_left() {
        // Three for one yuan: 33, 34 (half of 67, half up) and 33 cents, and never a cent more or less.
        let mut left = layer("a", 3, 100);
        let mut paid = Vec::new();
        while left.qty > 0 {
            let part = draw([&left], 1).unwrap().remove(0);
            left.qty -= part.qty;
            left.value -= part.value;
            paid.push(part.value);
        }
        assert_eq!((paid, left.value), (vec![33, 34, 33], 0));
    }

    #[test]
    fn layers_are_used_up_in_order() {
        let layers = [layer("a", 2, 200), layer("b", 0, 0), layer("c", 4, 1001)];
        let drawn = draw(&layers, 3).unwrap();
        assert_eq!(drawn, [layer("a", 2, 200), layer("c", 1, 250)]);
        assert_eq!(draw(&layers, 7), None);
        assert_eq!(draw(&layers, 0), Some(Vec::new()));
        assert_eq!(share(100, 4, 3), None);
    }
}
