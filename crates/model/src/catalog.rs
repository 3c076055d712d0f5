//! The packs of a running system, current and earlier versions.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Flow, Pack, Slip};

/// Packs by name (current) and by version (those that slips began under).
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    current: Vec<Arc<Pack>>,
    versions: HashMap<Arc<str>, Arc<Pack>>,
}

impl Catalog {
    /// A catalog whose current packs are these.
    pub fn new(packs: impl IntoIterator<Item = Arc<Pack>>) -> Catalog {
        let mut catalog = Catalog::default();
        for pack in packs {
            catalog.install(pack);
        }
        catalog
    }

    /// Makes a pack current; an earlier version of it stays for the slips begun under it.
    pub fn install(&mut self, pack: Arc<Pack>) {
        self.keep(pack.clone());
        self.current.retain(|other| other.name != pack.name);
        self.current.push(pack);
    }

    /// Adds an earlier version.
    pub fn keep(&mut self, pack: Arc<Pack>) {
        self.versions.insert(pack.version.clone(), pack);
    }

    /// The same packs without the rule that slips alone change what is on record. For judging what somebody else recorded, or what
    /// a change would be; nothing is booked under it.
    pub fn without_by_slips(&self) -> Catalog {
        let mut open = self.clone();
        for pack in &self.current {
            if pack.registers.iter().any(|register| register.by_slips) {
                let mut pack = (**pack).clone();
                for register in &mut pack.registers {
                    register.by_slips = false;
                }
                open.install(Arc::new(pack));
            }
        }
        open
    }

    /// The current packs.
    pub fn packs(&self) -> &[Arc<Pack>] {
        &self.current
    }

    /// The current pack of that name.
    pub fn pack(&self, name: &str) -> Option<&Arc<Pack>> {
        self.current.iter().find(|pack| &*pack.name == name)
    }

    /// The pack of that version.
    pub fn version(&self, version: &str) -> Option<&Arc<Pack>> {
        self.versions.get(version)
    }

    /// The current pack, flow index and slip index of a qualified kind `pack.flow.slip`.
    pub fn kind(&self, kind: &str) -> Option<(&Arc<Pack>, usize, usize)> {
        let mut parts = kind.splitn(3, '.');
        let (pack, flow, slip) = (parts.next()?, parts.next()?, parts.next()?);
        let pack = self.pack(pack)?;
        let (flow_index, flow) = pack.flow(flow)?;
        Some((pack, flow_index, flow.slip(slip)?.0))
    }

    /// The current pack, flow index and step index of a qualified step `pack.flow.slip.verb`.
    pub fn step(&self, step: &str) -> Option<(&Arc<Pack>, usize, usize)> {
        let mut parts = step.splitn(3, '.');
        let (pack, flow, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let pack = self.pack(pack)?;
        let (flow_index, flow) = pack.flow(flow)?;
        Some((pack, flow_index, flow.step(rest)?.0))
    }

    /// The flow and slip declaration of a qualified kind under a given pack version.
    pub fn slip_of<'a>(
        &'a self,
        version: &str,
        kind: &str,
    ) -> Option<(&'a Arc<Pack>, usize, &'a Flow, usize, &'a Slip)> {
        let pack = self.version(version)?;
        let mut parts = kind.splitn(3, '.');
        let (_, flow, slip) = (parts.next()?, parts.next()?, parts.next()?);
        let (flow_index, flow) = pack.flow(flow)?;
        let (slip_index, slip) = flow.slip(slip)?;
        Some((pack, flow_index, flow, slip_index, slip))
    }
}
