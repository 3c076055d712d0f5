//! A flow as BPMN 2.0: what other people's modelling tools open. A lane per role, a user task per step, a gateway where a
//! step is left out under a condition or where several slips come from one; with the drawing (BPMN DI), so that a viewer
//! needs no layout of its own. It describes; nothing runs it.

use std::fmt::Write;

use model::{Flow, Pack, Quorum, Step};

use crate::show::Language;
use crate::show::drawing::escape;
use crate::show::graph::{Edge, Graph, Kind};
use crate::show::plan::{self, Box, HEAD, Plan};

/// The flow of that name as BPMN 2.0 in XML; `None` when the pack has none. Identifiers are made from the names in the
/// text, so that a second export of the same text is the same to the byte.
pub fn show_bpmn(pack: &Pack, flow: &str, language: Language) -> Option<String> {
    let (_, flow) = pack.flow(flow)?;
    let graph = Graph::of(pack, flow, language);
    let sizes: Vec<Box> = graph
        .nodes
        .iter()
        .map(|node| Box {
            lane: node.lane,
            wide: node.kind.size().0,
            high: node.kind.size().1,
        })
        .collect();
    let edges: Vec<(usize, usize)> = graph
        .edges
        .iter()
        .map(|edge| (edge.from, edge.to))
        .collect();
    let plan = plan::plan(graph.lanes.len(), &sizes, &edges);
    let show = Show {
        pack,
        flow,
        language,
        graph,
        plan,
    };
    Some(show.write())
}

struct Show<'a> {
    pack: &'a Pack,
    flow: &'a Flow,
    language: Language,
    graph: Graph,
    plan: Plan,
}

impl Show<'_> {
    fn write(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let (pack, flow) = (escape(&self.pack.name), escape(&self.flow.name));
        let name = escape(&self.language.of(&self.flow.label));
        let version = escape(&self.pack.version);
        let _ = write!(
            out,
            "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
             xmlns:bpmndi=\"http://www.omg.org/spec/BPMN/20100524/DI\" \
             xmlns:dc=\"http://www.omg.org/spec/DD/20100524/DC\" \
             xmlns:di=\"http://www.omg.org/spec/DD/20100524/DI\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             id=\"definitions_{flow}\" name=\"{name}\" targetNamespace=\"urn:countersign:{pack}\" \
             exporter=\"Countersign\" exporterVersion=\"{version}\">\n\
             <collaboration id=\"collaboration\">\n\
             <participant id=\"participant\" name=\"{name}\" processRef=\"{flow}\"/>\n\
             </collaboration>\n\
             <process id=\"{flow}\" name=\"{name}\" isExecutable=\"false\">\n"
        );
        if let Some(cites) = &self.flow.cites {
            let _ = writeln!(
                out,
                "<documentation>{}</documentation>",
                escape(&self.language.of(cites))
            );
        }
        self.lanes(&mut out);
        for at in 0..self.graph.nodes.len() {
            self.node(&mut out, at);
        }
        for (at, edge) in self.graph.edges.iter().enumerate() {
            self.edge(&mut out, at, edge);
        }
        self.artifacts(&mut out);
        out.push_str("</process>\n");
        self.diagram(&mut out);
        out.push_str("</definitions>\n");
        out
    }

    fn lanes(&self, out: &mut String) {
        out.push_str("<laneSet id=\"lanes\">\n");
        for (lane, name) in self.graph.lanes.iter().enumerate() {
            let _ = writeln!(out, "<lane id=\"lane_{lane}\" name=\"{}\">", escape(name));
            for node in self.graph.nodes.iter().filter(|node| node.lane == lane) {
                let _ = writeln!(out, "<flowNodeRef>{}</flowNodeRef>", escape(&node.id));
            }
            out.push_str("</lane>\n");
        }
        out.push_str("</laneSet>\n");
    }

    fn node(&self, out: &mut String, at: usize) {
        let node = &self.graph.nodes[at];
        let around = self.edges_of(|edge| edge.from == at && edge.when.as_deref() == Some(""));
        let (element, id) = (node.kind.element(), escape(&node.id));
        let _ = write!(
            out,
            "<{element} id=\"{id}\" name=\"{}\"",
            escape(&node.name)
        );
        if let (Kind::Whether, Some(edge)) = (node.kind, around.first()) {
            let _ = write!(out, " default=\"edge_{edge}\"");
        }
        out.push_str(">\n");
        let step = match node.kind {
            Kind::Task(step) => self.flow.steps.get(step),
            _ => None,
        };
        if let Some(step) = step {
            let _ = writeln!(
                out,
                "<documentation>{}</documentation>",
                escape(&self.about(step))
            );
        }
        for edge in self.edges_of(|edge| edge.to == at) {
            let _ = writeln!(out, "<incoming>edge_{edge}</incoming>");
        }
        for edge in self.edges_of(|edge| edge.from == at) {
            let _ = writeln!(out, "<outgoing>edge_{edge}</outgoing>");
        }
        if let Some(count) = step.and_then(signatures) {
            let _ = writeln!(
                out,
                "<multiInstanceLoopCharacteristics isSequential=\"false\"><loopCardinality \
                 xsi:type=\"tFormalExpression\">{count}</loopCardinality></multiInstanceLoopCharacteristics>"
            );
        }
        let _ = writeln!(out, "</{element}>");
        if let Some(minutes) = step.and_then(|step| step.within_minutes) {
            let name = self.within(step, minutes);
            let _ = writeln!(
                out,
                "<boundaryEvent id=\"due_{id}\" name=\"{}\" attachedToRef=\"{id}\" cancelActivity=\"false\">\
                 <timerEventDefinition id=\"timer_{id}\"><timeDuration xsi:type=\"tFormalExpression\">PT{minutes}M\
                 </timeDuration></timerEventDefinition></boundaryEvent>",
                escape(&name)
            );
        }
    }

    fn edges_of(&self, which: impl Fn(&Edge) -> bool) -> Vec<usize> {
        let edges = self.graph.edges.iter().enumerate();
        edges
            .filter(|(_, edge)| which(edge))
            .map(|(at, _)| at)
            .collect()
    }

    /// What is checked and booked at a step, with the rule that a guard follows.
    fn about(&self, step: &Step) -> String {
        let mut lines = vec![step.qualified.to_string()];
        for guard in &step.guards {
            let mut line = self.language.of(&guard.label).to_string();
            if let Some(cites) = &guard.cites {
                let _ = write!(line, " [{}]", self.language.of(cites));
            }
            lines.push(line);
        }
        for post in &step.posts {
            if let Some(ledger) = self.pack.ledgers.get(post.ledger) {
                let verb = self.language.pick("记账：", "books: ");
                lines.push(format!("{verb}{}", self.language.of(&ledger.label)));
            }
        }
        lines.join("; ")
    }

    fn within(&self, step: Option<&Step>, minutes: i64) -> String {
        let time = match (minutes % (24 * 60), minutes % 60, self.language) {
            (0, _, Language::Zh) => format!("{} 天内", minutes / (24 * 60)),
            (0, _, Language::En) => format!("within {} d", minutes / (24 * 60)),
            (_, 0, Language::Zh) => format!("{} 小时内", minutes / 60),
            (_, 0, Language::En) => format!("within {} h", minutes / 60),
            (_, _, Language::Zh) => format!("{minutes} 分钟内"),
            (_, _, Language::En) => format!("within {minutes} min"),
        };
        let told = step
            .and_then(|step| self.pack.roles.get(step.escalate?))
            .map(|role| self.language.of(&role.label));
        match told {
            Some(role) => format!("{time} → {role}"),
            None => time,
        }
    }

    fn edge(&self, out: &mut String, at: usize, edge: &Edge) {
        let id = |at: usize| escape(&self.graph.nodes[at].id);
        let _ = write!(
            out,
            "<sequenceFlow id=\"edge_{at}\" sourceRef=\"{}\" targetRef=\"{}\"",
            id(edge.from),
            id(edge.to)
        );
        match edge.when.as_deref().filter(|when| !when.is_empty()) {
            Some(when) => {
                let when = escape(when);
                let _ = writeln!(
                    out,
                    " name=\"{when}\"><conditionExpression xsi:type=\"tFormalExpression\">{when}\
                     </conditionExpression></sequenceFlow>"
                );
            }
            None => out.push_str("/>\n"),
        }
    }

    /// Notes under the pool, each with the steps it is about: what no person may share.
    fn notes(&self) -> Vec<(String, Vec<usize>)> {
        let node = |step: &usize| self.graph.tasks.get(step).copied();
        self.flow
            .separations
            .iter()
            .map(|separation| {
                let mut text = self
                    .language
                    .pick("不得为同一人", "not by one person")
                    .to_owned();
                if let Some(reason) = &separation.reason {
                    let _ = write!(text, ": {}", self.language.of(reason));
                }
                if let Some(cites) = &separation.cites {
                    let _ = write!(text, " [{}]", self.language.of(cites));
                }
                (text, separation.steps.iter().filter_map(node).collect())
            })
            .collect()
    }

    /// Steps that wait for a step of another slip: from, to.
    fn needs(&self) -> Vec<(usize, usize)> {
        let steps = self.flow.steps.iter().enumerate();
        steps
            .flat_map(|(at, step)| step.needs.iter().map(move |needed| (*needed, at)))
            .filter_map(|(from, to)| {
                Some((*self.graph.tasks.get(&from)?, *self.graph.tasks.get(&to)?))
            })
            .collect()
    }

    fn artifacts(&self, out: &mut String) {
        let id = |at: usize| escape(&self.graph.nodes[at].id);
        for (nth, (text, steps)) in self.notes().iter().enumerate() {
            let _ = writeln!(
                out,
                "<textAnnotation id=\"note_{nth}\"><text>{}</text></textAnnotation>",
                escape(text)
            );
            for step in steps {
                let _ = writeln!(
                    out,
                    "<association id=\"about_{nth}_{step}\" sourceRef=\"note_{nth}\" targetRef=\"{}\"/>",
                    id(*step)
                );
            }
        }
        for (nth, (from, to)) in self.needs().into_iter().enumerate() {
            let _ = writeln!(
                out,
                "<association id=\"needs_{nth}\" associationDirection=\"One\" sourceRef=\"{}\" targetRef=\"{}\"/>",
                id(from),
                id(to)
            );
        }
    }

    fn diagram(&self, out: &mut String) {
        out.push_str(
            "<bpmndi:BPMNDiagram id=\"diagram\">\n<bpmndi:BPMNPlane id=\"plane\" bpmnElement=\"collaboration\">\n",
        );
        let plan = &self.plan;
        shape(
            out,
            "participant",
            " isHorizontal=\"true\"",
            (plan.left - HEAD, plan.top, plan.wide + HEAD, plan.high),
        );
        for (lane, (y, high)) in plan.lanes.iter().enumerate() {
            shape(
                out,
                &format!("lane_{lane}"),
                " isHorizontal=\"true\"",
                (plan.left, *y, plan.wide, *high),
            );
        }
        for (node, (x, y)) in self.graph.nodes.iter().zip(&plan.places) {
            let (wide, high) = node.kind.size();
            let id = escape(&node.id);
            shape(out, &id, "", (*x, *y, wide, high));
            if let Kind::Task(step) = node.kind
                && self.flow.steps[step].within_minutes.is_some()
            {
                shape(
                    out,
                    &format!("due_{id}"),
                    "",
                    (x + wide - 28, y + high - 18, 36, 36),
                );
            }
        }
        for (at, edge) in self.graph.edges.iter().enumerate() {
            line(out, &format!("edge_{at}"), &self.way(edge.from, edge.to));
        }
        let mut y = plan.top + plan.high + 30;
        for (nth, (_, steps)) in self.notes().iter().enumerate() {
            // Below the middle of what it is about.
            let feet: i32 = steps.iter().map(|step| self.foot(*step).1).sum();
            let count = i32::try_from(steps.len().max(1)).unwrap_or(1);
            let x = (feet / count - 130).max(plan.left);
            shape(out, &format!("note_{nth}"), "", (x, y, 260, 40));
            for step in steps {
                let (bottom, middle) = self.foot(*step);
                line(
                    out,
                    &format!("about_{nth}_{step}"),
                    &[(x + 20 + *step as i32 * 8, y), (middle, bottom)],
                );
            }
            y += 60;
        }
        for (nth, (from, to)) in self.needs().into_iter().enumerate() {
            line(out, &format!("needs_{nth}"), &self.way(from, to));
        }
        out.push_str("</bpmndi:BPMNPlane>\n</bpmndi:BPMNDiagram>\n");
    }

    /// Lower edge and middle of a node.
    fn foot(&self, node: usize) -> (i32, i32) {
        let (x, y) = self.plan.places[node];
        let (wide, high) = self.graph.nodes[node].kind.size();
        (y + high, x + wide / 2)
    }

    /// The way from the right side of a node to the left side of another, around a corner where they stand on two levels.
    fn way(&self, from: usize, to: usize) -> Vec<(i32, i32)> {
        let ((x1, y1), (x2, y2)) = (self.plan.places[from], self.plan.places[to]);
        let (wide, high) = self.graph.nodes[from].kind.size();
        let (start, end) = (
            (x1 + wide, y1 + high / 2),
            (x2, y2 + self.graph.nodes[to].kind.size().1 / 2),
        );
        if start.1 == end.1 {
            return vec![start, end];
        }
        let bend = end.0 - 20;
        vec![start, (bend, start.1), (bend, end.1), end]
    }
}

/// How many signatures complete a step, where it takes more than one.
fn signatures(step: &Step) -> Option<usize> {
    let count = match step.quorum {
        Quorum::Any => 1,
        Quorum::All => step.by.len(),
        Quorum::Of(count) => count as usize,
    };
    Some(count).filter(|count| *count > 1)
}

fn shape(out: &mut String, of: &str, more: &str, (x, y, wide, high): (i32, i32, i32, i32)) {
    let _ = writeln!(
        out,
        "<bpmndi:BPMNShape id=\"shape_{of}\" bpmnElement=\"{of}\"{more}><dc:Bounds x=\"{x}\" y=\"{y}\" width=\"{wide}\" \
         height=\"{high}\"/></bpmndi:BPMNShape>"
    );
}

fn line(out: &mut String, of: &str, points: &[(i32, i32)]) {
    let _ = write!(
        out,
        "<bpmndi:BPMNEdge id=\"line_{of}\" bpmnElement=\"{of}\">"
    );
    for (x, y) in points {
        let _ = write!(out, "<di:waypoint x=\"{x}\" y=\"{y}\"/>");
    }
    out.push_str("</bpmndi:BPMNEdge>\n");
}
