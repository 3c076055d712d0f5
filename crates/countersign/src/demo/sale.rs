//! A sale of the demo company after its bill: approved, issued, reviewed, sent, and perhaps sent back in part.

use super::acting::{Acting, from};
use super::company::{OTHERS, PEOPLE};
use super::plan::spread;
use super::trade::{Held, Turn};
use crate::purchase::{Shown, TypedLine};
use crate::stop::Stop;

const RECEIVER: &str = PEOPLE[2].0;
const QUALITY: &str = PEOPLE[3].0;
const INSPECTOR: &str = PEOPLE[4].0;
const KEEPER: &str = PEOPLE[5].0;
const AGENT: &str = OTHERS[2].0;
const SALES_MANAGER: &str = OTHERS[4].0;
const FINANCE: &str = OTHERS[5].0;
const BILLING: &str = OTHERS[6].0;
const CHECKER: &str = OTHERS[7].0;
const DISPATCHER: &str = OTHERS[12].0;

/// A sale so far.
#[derive(Default)]
pub struct Sale {
    /// What is sold.
    pub lines: Vec<Held>,
    /// Its bill, unless nothing was there to be sold.
    pub bill: Option<Shown>,
    delivery: Option<Shown>,
    transport: Option<Shown>,
    back: Option<Shown>,
}

impl Sale {
    /// Takes a turn after the bill.
    pub fn goes_on(
        &mut self,
        act: &mut Acting<'_, '_>,
        nth: usize,
        turn: Turn,
    ) -> Result<(), Stop> {
        let Some(bill) = &self.bill else {
            return Ok(());
        };
        let cold = self.lines.iter().any(Held::cold);
        match turn {
            Turn::Approve => {
                self.bill = act.signs(FINANCE, "sales_out.bill.approve", bill, &[], Vec::new())?;
            }
            Turn::Issue => {
                let taken: Vec<TypedLine> = (1..)
                    .zip(&self.lines)
                    .map(|(at, held)| {
                        from(
                            at,
                            &[
                                ("bin", held.bin.clone()),
                                ("qty", held.qty.to_string()),
                                ("codes", held.codes.join(" ")),
                            ],
                        )
                    })
                    .collect();
                self.delivery =
                    act.begins(KEEPER, "sales_out.delivery.issue", Some(bill), &[], &taken)?;
            }
            Turn::Check => {
                let Some(delivery) = &self.delivery else {
                    return Ok(());
                };
                let how = [("transport", if cold { "冷藏" } else { "常温" }.to_owned())];
                let sound = vec![vec![("condition", "合格".to_owned())]; self.lines.len()];
                self.delivery =
                    act.signs(CHECKER, "sales_out.delivery.check", delivery, &how, sound)?;
            }
            Turn::Depart | Turn::Arrive => self.travels(act, nth, cold, turn)?,
            _ => self.comes_back(act, turn)?,
        }
        Ok(())
    }

    fn travels(
        &mut self,
        act: &mut Acting<'_, '_>,
        nth: usize,
        cold: bool,
        turn: Turn,
    ) -> Result<(), Stop> {
        let moment = |minutes: i64| act.at.plus_minutes(minutes).0.to_string();
        if let (Turn::Depart, Some(delivery)) = (turn, &self.delivery) {
            let mut header = vec![
                ("carrier", "CY001".to_owned()),
                (
                    "vehicle",
                    if cold { "示A00002" } else { "示A00001" }.to_owned(),
                ),
                ("driver", "示例司机".to_owned()),
                ("agent", "示例经办人".to_owned()),
                ("deliver_from", "滨江市示例路100号 1号库".to_owned()),
                ("deliver_to", "滨江市示例大街1号".to_owned()),
                ("pieces", (1 + spread(nth, 210) % 6).to_string()),
                ("departed", moment(-10)),
                ("due", moment(24 * 60)),
            ];
            if cold {
                header.push(("departure_temperature", "4.2".to_owned()));
            }
            let lines = vec![TypedLine::default(); self.lines.len()];
            self.transport = act.begins(
                DISPATCHER,
                "transport.transport.issue",
                Some(delivery),
                &header,
                &lines,
            )?;
        } else if let Some(transport) = &self.transport {
            let mut told = vec![
                ("arrived", moment(-15)),
                ("received_by", "示例收货员".to_owned()),
            ];
            // A weekend lies between.
            told.push((
                "late_reason",
                "收货单位周末不收货，次一工作日送达".to_owned(),
            ));
            if cold {
                told.push(("arrival_temperature", "5.1".to_owned()));
            }
            act.signs(
                DISPATCHER,
                "transport.transport.receive",
                transport,
                &told,
                Vec::new(),
            )?;
        }
        Ok(())
    }

    /// The customer sends two pieces of the first batch back.
    fn comes_back(&mut self, act: &mut Acting<'_, '_>, turn: Turn) -> Result<(), Stop> {
        let source = if turn == Turn::AskBack {
            &self.delivery
        } else {
            &self.back
        };
        let Some(source) = source else { return Ok(()) };
        let two = || "2".to_owned();
        self.back = match turn {
            Turn::AskBack => {
                let why = [("reason", "购货单位多订，外包装完好".to_owned())];
                act.begins(
                    AGENT,
                    "sales_return.return_notice.fill",
                    Some(source),
                    &why,
                    &[from(1, &[("qty", two())])],
                )
            }
            Turn::AllowBack => act.signs(
                SALES_MANAGER,
                "sales_return.return_notice.approve",
                source,
                &[],
                Vec::new(),
            ),
            Turn::TakeBack => {
                let codes = self
                    .lines
                    .first()
                    .map(|held| &held.codes[..held.codes.len().min(2)]);
                let codes = codes.unwrap_or_default().join(" ");
                let came = [from(1, &[("qty", two()), ("returned_codes", codes)])];
                act.begins(
                    RECEIVER,
                    "sales_return.return_receipt.receive",
                    Some(source),
                    &[],
                    &came,
                )
            }
            Turn::InspectBack => {
                let found = [from(
                    1,
                    &[
                        ("passed", two()),
                        ("finding", "包装完好，批号与出库单相符".to_owned()),
                    ],
                )];
                act.begins(
                    INSPECTOR,
                    "sales_return.return_inspection.inspect",
                    Some(source),
                    &[],
                    &found,
                )
            }
            Turn::PassBack => act.signs(
                QUALITY,
                "sales_return.return_inspection.approve",
                source,
                &[],
                Vec::new(),
            ),
            _ => {
                let bin = self
                    .lines
                    .first()
                    .map(|held| held.bin.clone())
                    .unwrap_or_default();
                act.begins(
                    BILLING,
                    "sales_return.return_stock_in.print",
                    Some(source),
                    &[],
                    &[from(1, &[("bin", bin)])],
                )
            }
        }?;
        Ok(())
    }
}
