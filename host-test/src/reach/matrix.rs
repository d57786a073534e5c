//! Who may reach whom: everyone with everyone.

use super::end::{End, Found};
use super::human::{line, style};
use super::json::ports;
use super::parts::{Ports, Question, answer};
use super::told::{Part, Verdict};
use super::world::World;
use crate::output::text::clean;
use anstyle::Style;
use anyhow::Result;
use rayon::prelude::*;
use ringfence_network::Protocol;
use serde_json::{Value, json};
use std::fmt::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Everyone, and the answers row by row.
#[derive(Debug)]
pub struct Matrix {
    ends: Vec<End>,
    /// Nobody is asked about traffic from outside to outside.
    rows: Vec<Vec<Option<Cell>>>,
}

#[derive(Debug)]
struct Cell {
    verdict: Verdict,
    parts: Vec<Part>,
}

impl Matrix {
    /// Asks about all workloads, pods that belong to none, and `outside` addresses.
    ///
    /// # Errors
    /// When an end is not there.
    pub fn of<'t>(
        world: &World<'t>,
        outside: &[End],
        protocol: Protocol,
        asked: Ports,
    ) -> Result<Self> {
        let mut ends: Vec<End> =
            world.heads().map(|(named, _)| End::Named(named.clone())).collect();
        ends.extend(outside.iter().cloned());
        let found = ends.iter().map(|end| end.find(world)).collect::<Result<Vec<_>>>()?;
        let cell = |from: Found<'_, 't>, to: Found<'_, 't>| {
            if let (Found::Addresses(_), Found::Addresses(_)) = (from, to) {
                return None;
            }
            let parts = answer(world, Question { from, to, protocol, ports: asked });
            Some(Cell { verdict: Verdict::of(&parts), parts })
        };
        let rows = found.par_iter().map(|from| found.iter().map(|to| cell(*from, *to)).collect());
        let rows = rows.collect();
        Ok(Self { ends, rows })
    }

    /// The table: who, and whom by number.
    pub fn render(&self, asked: &str) -> String {
        let mut out = String::new();
        line(&mut out, format_args!("{BOLD}{}{BOLD:#}: the row reaches the column", clean(asked)));
        let names: Vec<String> = self.ends.iter().map(|end| clean(&end.to_string())).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let mut head = format!("{:>3} {:width$}", "", "");
        for number in 1..=names.len() {
            let _ = write!(head, " {number:>4}");
        }
        line(&mut out, format_args!("{DIM}{head}{DIM:#}"));
        for (number, (name, row)) in names.iter().zip(&self.rows).enumerate() {
            let mut text = format!("{:>3} {name:width$}", number + 1);
            for cell in row {
                let (style, mark) = cell.as_ref().map_or((Style::new(), ""), |cell| {
                    (style(cell.verdict.word()), mark(cell.verdict))
                });
                let _ = write!(text, " {style}{mark:>4}{style:#}");
            }
            line(&mut out, format_args!("{text}"));
        }
        line(
            &mut out,
            format_args!("{DIM}-: no, part: on some ports or addresses, ?: unknown{DIM:#}"),
        );
        out
    }

    /// The answers, one an object.
    pub fn json(&self, protocol: Protocol, notes: &[String]) -> Value {
        let mut cells = Vec::new();
        for (from, row) in self.ends.iter().zip(&self.rows) {
            for (to, cell) in self.ends.iter().zip(row) {
                cells.extend(cell.as_ref().map(|cell| cell.json(from, to)));
            }
        }
        let ends: Vec<String> = self.ends.iter().map(End::to_string).collect();
        json!({"protocol": protocol.name(), "ends": ends, "cells": cells, "notes": notes})
    }
}

impl Cell {
    fn json(&self, from: &End, to: &End) -> Value {
        let mut value =
            json!({"from": from.to_string(), "to": to.to_string(), "answer": self.verdict});
        let outcomes = || self.parts.iter().flat_map(|part| &part.ports);
        // Where addresses decide, ports alone would not say it.
        if let [part] = self.parts.as_slice() {
            let reachable = part.ports.iter().filter(|(_, outcome)| outcome.answer == "yes");
            value["ports"] = reachable.map(|(asked, _)| ports(*asked)).collect();
        }
        let causes: Vec<_> = outcomes().filter_map(|(_, outcome)| outcome.cause.clone()).collect();
        if let Some(cause) = causes.first() {
            value["cause"] = cause.clone().into();
        }
        value
    }
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "yes",
        Verdict::No => "-",
        Verdict::Partly => "part",
        Verdict::Unknown => "?",
    }
}
