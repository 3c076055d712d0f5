//! What a line means: the act that is sent, and the slip it is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Command, Input, LineInput, Seen, Slip};
use kernel::{LineId, OrgId, SlipId};

use super::parse::value;
use super::run::{Runner, long_ago};
use super::script::{ActName, Deed, Said, SeenAs, TypedLine};
use crate::house::Fault;
use crate::suggest::unknown;

impl Runner<'_> {
    /// The act that puts a record.
    pub fn put_record(
        &self,
        register: &str,
        key: &str,
        fields: &[(String, String)],
        given: bool,
    ) -> Result<Act, String> {
        let (qualified, declared) = self.names.register(register)?;
        let mut from = given.then(long_ago);
        let mut typed = BTreeMap::new();
        for (name, value) in fields {
            if name == "from" && declared.field("from").is_none() {
                from = Some(
                    value
                        .parse()
                        .map_err(|_| format!("`{value}` is not a day"))?,
                );
            } else {
                typed.insert(name.clone(), value.clone());
            }
        }
        Ok(Act::PutRecord {
            register: qualified.into(),
            key: key.into(),
            fields: typed,
            from,
        })
    }

    /// The act that a line means, and the slip it is about.
    pub fn act(&mut self, said: &Said) -> Result<Result<(Act, Option<SlipId>), String>, Fault> {
        Ok(match &said.deed {
            Deed::Step {
                step,
                targets,
                header,
                lines,
            } => {
                let mut slips = Vec::new();
                for number in targets {
                    match self.numbered(number)? {
                        Ok(slip) => slips.push(slip),
                        Err(message) => return Ok(Err(message)),
                    }
                }
                self.step(said, step, &slips, header, lines)
            }
            Deed::Act {
                act,
                target,
                arguments,
            } => match self.numbered(target)? {
                Ok(slip) => self
                    .slip_act(*act, &slip, said, arguments)
                    .map(|act| (act, Some(slip.id))),
                Err(message) => Err(message),
            },
            Deed::Deputise { to, from, until } => Ok((
                Act::Deputise {
                    to: to.as_str().into(),
                    from: *from,
                    until: *until,
                },
                None,
            )),
            Deed::Period {
                ledger,
                period,
                reopen,
            } => self.names.ledger(ledger).map(|ledger| {
                let (ledger, period) = (ledger.qualified.clone(), *period);
                let act = match reopen {
                    None => Act::ClosePeriod { ledger, period },
                    Some(reason) => Act::ReopenPeriod {
                        ledger,
                        period,
                        reason: reason.clone(),
                    },
                };
                (act, None)
            }),
            Deed::Record {
                register,
                key,
                fields,
            } => self
                .put_record(register, key, fields, false)
                .map(|act| (act, None)),
        })
    }

    /// The lines that the ledger proposes, each with the fields of the line that asks for them.
    fn proposed(
        &self,
        said: &Said,
        step: &str,
        header: &[(String, String)],
        line: &TypedLine,
    ) -> Result<Vec<LineInput>, String> {
        let command = Command {
            org: OrgId(1),
            key: "".into(),
            at: self.now(),
            actor: said.person.as_str().into(),
            on_behalf_of: said.on_behalf_of.as_deref().map(Arc::from),
            act: Act::Comment {
                slip: SlipId(0),
                text: String::new(),
            },
        };
        let input = Input {
            header: header.iter().cloned().collect(),
            lines: Vec::new(),
        };
        let lines = self.house.propose(&command, step, &input);
        let mut lines = lines.map_err(|fault| fault.to_string())?;
        for proposed in &mut lines {
            proposed.fields.extend(line.fields.iter().cloned());
        }
        Ok(lines)
    }

    fn step(
        &self,
        said: &Said,
        step: &str,
        slips: &[Arc<Slip>],
        header: &[(String, String)],
        typed: &[TypedLine],
    ) -> Result<(Act, Option<SlipId>), String> {
        let step = self
            .names
            .step(step, slips.first().map(|slip| &*slip.kind))?;
        let kind = step.rsplit_once('.').map_or("", |(kind, _)| kind);
        let own = slips
            .first()
            .filter(|slip| slips.len() == 1 && &*slip.kind == kind);
        let mut lines = Vec::new();
        for line in typed {
            if line.proposed {
                lines.extend(self.proposed(said, &step, header, line)?);
                continue;
            }
            let source = match &line.of {
                None => None,
                Some((number, id)) => {
                    let named = |slip: &&Arc<Slip>| {
                        number
                            .as_deref()
                            .is_none_or(|number| number == &*slip.number)
                    };
                    let slip = slips.iter().find(named).ok_or_else(|| {
                        format!(
                            "of={} to be one of the slips acted on",
                            number.as_deref().unwrap_or_default()
                        )
                    })?;
                    Some((slip.id, LineId(*id)))
                }
            };
            lines.push(LineInput {
                source,
                fields: line.fields.iter().cloned().collect(),
            });
        }
        let act = Act::Step {
            step,
            slip: own.map(|slip| slip.id),
            sources: if own.is_some() {
                Vec::new()
            } else {
                slips.iter().map(|slip| slip.id).collect()
            },
            seen: slips
                .iter()
                .filter_map(|slip| seen(slip, said.seen))
                .collect(),
            input: Input {
                header: header.iter().cloned().collect(),
                lines,
            },
        };
        Ok((act, slips.first().map(|slip| slip.id)))
    }

    fn slip_act(
        &self,
        act: ActName,
        slip: &Slip,
        said: &Said,
        arguments: &[(String, String)],
    ) -> Result<Act, String> {
        let text = |name: &str| value(arguments, name).unwrap_or_default().to_owned();
        let step = |name: &str| self.names.step(&text(name), Some(&slip.kind));
        let id = slip.id;
        let shown = seen(slip, said.seen).unwrap_or(Seen {
            slip: id,
            content: "".into(),
        });
        Ok(match act {
            ActName::Return => Act::Return {
                slip: id,
                to: value(arguments, "to").map(|_| step("to")).transpose()?,
                reason: text("reason"),
                seen: shown,
            },
            ActName::Withdraw => Act::Withdraw {
                slip: id,
                reason: text("reason"),
            },
            ActName::Void => Act::Void {
                slip: id,
                reason: text("reason"),
            },
            ActName::AskReversal => Act::AskReversal {
                slip: id,
                reason: text("reason"),
            },
            ActName::Reverse => Act::Reverse {
                slip: id,
                seen: shown,
            },
            ActName::RefuseReversal => Act::RefuseReversal {
                slip: id,
                reason: text("reason"),
            },
            ActName::HandOver => Act::HandOver {
                slip: id,
                step: step("step")?,
                to: text("to").into(),
                reason: text("reason"),
            },
            ActName::AddSigner => Act::AddSigner {
                slip: id,
                step: step("step")?,
                signer: text("to").into(),
                reason: text("reason"),
            },
            ActName::Cosign => Act::Cosign {
                slip: id,
                step: step("step")?,
                opinion: text("opinion"),
                seen: shown,
            },
            ActName::CopyTo => Act::CopyTo {
                slip: id,
                to: text("to").split(',').map(Arc::from).collect(),
            },
            ActName::Remind => Act::Remind {
                slip: id,
                text: text("text"),
            },
            ActName::Comment => Act::Comment {
                slip: id,
                text: text("text"),
            },
        })
    }

    /// The slip of a number.
    pub fn numbered(&self, number: &str) -> Result<Result<Arc<Slip>, String>, Fault> {
        let mut found = self.house.numbered(number)?;
        Ok(match found.len() {
            1 => Ok(found.remove(0)),
            0 => {
                let slips = self.house.slips()?;
                Err(unknown(
                    "number",
                    number,
                    slips.iter().map(|slip| &*slip.number),
                ))
            }
            _ => Err(format!("number `{number}` belongs to several slips")),
        })
    }
}

fn seen(slip: &Slip, how: SeenAs) -> Option<Seen> {
    let content = match how {
        SeenAs::Current => slip.content.clone(),
        SeenAs::Stale => "0".repeat(32).into(),
        SeenAs::Nothing => return None,
    };
    Some(Seen {
        slip: slip.id,
        content,
    })
}
