//! A map that forgets what was not used lately.

use std::borrow::Borrow;
use std::hash::Hash;

/// A map hashed fast, with a seed of its own in each process.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
/// A set of the same kind.
pub(crate) type HashSet<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;

/// Two generations: what is used moves into the young one; when that is full, the old one is forgotten. Nothing is
/// forgotten but in [`Recent::age`], so that what an uncommitted batch wrote stays.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Recent<K, V> {
        Recent {
            young: HashMap::default(),
            old: HashMap::default(),
        }
    }
}

impl<K: Eq + Hash + Clone, V> Recent<K, V> {
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.touch(key);
        self.young.get(key)
    }

    /// Whether it is remembered; if so, it counts as used.
    pub fn touch<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        if self.young.contains_key(key) {
            return true;
        }
        let Some((key, value)) = self.old.remove_entry(key) else {
            return false;
        };
        self.young.insert(key, value);
        true
    }

    /// What was just touched.
    pub fn touched<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.young.get(key)
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    /// Forgets about half of what is beyond `max`.
    pub fn age(&mut self, max: usize) {
        if self.young.len() > max / 2 {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_nothing_goes_before_age() {
        let mut recent: Recent<i32, i32> = Recent::default();
        for key in 0..100 {
            recent.insert(key, key * 2);
        }
        assert!((0..100).all(|key| recent.get(&key) == Some(&(key * 2))));
        recent.age(10);
        assert_eq!(recent.get(&7), Some(&14));
        for key in 100..110 {
            recent.insert(key, 0);
        }
        recent.age(10);
        assert_eq!(recent.get(&7), Some(&14));
        assert_eq!(recent.get(&8), None);
        recent.insert(7, 1);
        assert_eq!(recent.get(&7), Some(&1));
    }
}
