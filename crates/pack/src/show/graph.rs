//! A flow as nodes and edges: a task per step, a gateway where a step may be left out and where several slips come from one.

use std::collections::HashMap;

use model::{Flow, Pack};

use crate::show::drawing::columns;
use crate::show::expression::Words;
use crate::show::{Language, signers};

/// What stands in the drawing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Where a slip is begun that comes from no other.
    Start,
    /// A step, by index.
    Task(usize),
    /// Whether a step takes part.
    Whether,
    /// Several slips may be made from one.
    Fork,
    /// Nothing comes after.
    End,
}

impl Kind {
    pub fn element(self) -> &'static str {
        match self {
            Kind::Start => "startEvent",
            Kind::Task(_) => "userTask",
            Kind::Whether => "exclusiveGateway",
            Kind::Fork => "inclusiveGateway",
            Kind::End => "endEvent",
        }
    }

    /// Width and height.
    pub fn size(self) -> (i32, i32) {
        match self {
            Kind::Start | Kind::End => (36, 36),
            Kind::Task(_) => (120, 80),
            Kind::Whether | Kind::Fork => (50, 50),
        }
    }
}

pub(super) struct Node {
    pub kind: Kind,
    pub id: String,
    pub name: String,
    pub lane: usize,
}

pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// The condition under which a step takes part; `Some("")` is the way around it.
    pub when: Option<String>,
}

/// A loose end that the next node takes up, with what its edge will say.
type Loose = (usize, Option<String>);

pub(super) struct Graph {
    /// Names of the lanes: who signs.
    pub lanes: Vec<String>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Node of each step.
    pub tasks: HashMap<usize, usize>,
}

impl Graph {
    pub fn of(pack: &Pack, flow: &Flow, language: Language) -> Graph {
        let mut graph = Graph {
            lanes: Vec::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            tasks: HashMap::new(),
        };
        let columns = columns(flow);
        let mut order: Vec<usize> = (0..flow.slips.len()).collect();
        // Sources before what comes from them.
        order.sort_by_key(|slip| (columns[*slip], *slip));
        let mut loose: Vec<Vec<Loose>> = vec![Vec::new(); flow.slips.len()];
        for slip in order {
            graph.slip(pack, flow, slip, language, &mut loose);
        }
        graph
    }

    fn node(
        &mut self,
        kind: Kind,
        id: String,
        name: String,
        lane: usize,
        from: Vec<Loose>,
    ) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind,
            id,
            name,
            lane,
        });
        for (from, when) in from {
            self.edges.push(Edge { from, to: at, when });
        }
        at
    }

    fn lane(&mut self, name: String) -> usize {
        let known = self.lanes.iter().position(|lane| *lane == name);
        known.unwrap_or_else(|| {
            self.lanes.push(name);
            self.lanes.len() - 1
        })
    }

    fn slip(
        &mut self,
        pack: &Pack,
        flow: &Flow,
        slip: usize,
        language: Language,
        loose: &mut [Vec<Loose>],
    ) {
        let declared = &flow.slips[slip];
        let label = language.of(&declared.label).to_string();
        let mut open = std::mem::take(&mut loose[slip]);
        let mut lane = 0;
        for (at, step) in flow.steps_of(slip) {
            lane = self.lane(signers(pack, step, language));
            if step.begins && declared.from.iter().all(|at| flow.is_foreign(*at)) {
                let id = format!("start_{}", declared.name);
                let start = self.node(Kind::Start, id, label.clone(), lane, Vec::new());
                open.push((start, None));
            }
            let mut around = None;
            if let Some(when) = &step.when {
                let words = Words {
                    pack,
                    flow,
                    slip,
                    language,
                };
                let id = format!("when_{}", step.name);
                let whether = self.node(Kind::Whether, id, String::new(), lane, open);
                open = vec![(whether, Some(words.of(when)))];
                around = Some((whether, Some(String::new())));
            }
            let name = language.of(&step.label).to_string();
            let task = self.node(
                Kind::Task(at),
                format!("step_{}", step.name),
                name,
                lane,
                open,
            );
            self.tasks.insert(at, task);
            open = vec![(task, None)];
            open.extend(around);
        }
        let next: Vec<usize> = flow.made_from(slip).map(|(next, _)| next).collect();
        match next.as_slice() {
            [] => {
                let id = format!("end_{}", declared.name);
                self.node(Kind::End, id, label, lane, open);
            }
            [only] => loose[*only].extend(open),
            several => {
                let id = format!("fork_{}", declared.name);
                let fork = self.node(Kind::Fork, id, label, lane, open);
                for next in several {
                    loose[*next].push((fork, None));
                }
            }
        }
    }
}
