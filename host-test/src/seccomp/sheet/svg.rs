//! All calls at a glance: a square each, by kind.

use super::{Cell, Difference, Sheet, State};
use maud::{Markup, html};

/// Squares in a row.
const COLUMNS: usize = 40;
/// From one square to the next.
const STEP: usize = 17;
const SIZE: usize = 14;
/// Where squares begin: the names of kinds stand left of them.
const LEFT: usize = 300;
const TOP: usize = 96;
const STYLE: &str = include_str!("picture.css");

/// The picture as a document of its own.
pub fn picture(sheet: &Sheet) -> String {
    drawing(sheet, true).into_string()
}

/// The same within a page, which has a heading and a legend.
pub(super) fn drawing(sheet: &Sheet, is_alone: bool) -> Markup {
    let top = if is_alone { TOP } else { 8 };
    let rows = |cells: usize| cells.div_ceil(COLUMNS);
    let mut y = top;
    let mut placed = Vec::new();
    for section in &sheet.sections {
        placed.push((y, section));
        y += rows(section.cells.len()) * STEP + 8;
    }
    let (width, height) = (LEFT + COLUMNS * STEP + 16, y + 8);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) }
            width=(width) height=(height) role="img" class="picture" {
            title { (summary(sheet)) }
            style { (maud::PreEscaped(STYLE)) }
            @if is_alone {
                rect class="paper" width=(width) height=(height) {}
                (head(sheet))
            }
            @for (y, section) in placed {
                text class="kind" x=(LEFT - 12) y=(y + 11) { (section.title) }
                @for (index, cell) in section.cells.iter().enumerate() {
                    (square(cell, LEFT + index % COLUMNS * STEP, y + index / COLUMNS * STEP))
                }
            }
        }
    }
}

/// The whole in one sentence, for those who do not see it.
fn summary(sheet: &Sheet) -> String {
    let counts = State::ALL.map(|state| format!("{} {}", sheet.count(state), state.name()));
    format!("{}: of the calls of {} {}", sheet.title, sheet.arch.name(), counts.join(", "))
}

fn head(sheet: &Sheet) -> Markup {
    let against =
        sheet.against.as_ref().map(|name| format!(", against {name}")).unwrap_or_default();
    let mut x = 16;
    html! {
        text class="title" x="16" y="30" { (sheet.title) (against) }
        text class="note" x="16" y="50" { (sheet.context) }
        @for state in State::ALL {
            (legend(&mut x, cell_of(state, None), &format!("{} {}", sheet.count(state), state.name())))
        }
        @if sheet.against.is_some() {
            @for difference in Difference::ALL {
                @let number = sheet.differing(difference);
                (legend(&mut x, cell_of(State::Denied, Some(difference)), &format!("{number} {}", difference.name())))
            }
        }
    }
}

fn cell_of(state: State, difference: Option<Difference>) -> Cell {
    Cell {
        name: state.name(),
        state,
        detail: String::new(),
        baseline: None,
        difference,
        danger: None,
    }
}

fn legend(x: &mut usize, cell: Cell, text: &str) -> Markup {
    let here = *x;
    *x += 40 + text.chars().count() * 7;
    html! {
        g { (shape(&cell, here, 66)) }
        text class="note" x=(here + 20) y="77" { (text) }
    }
}

fn square(cell: &Cell, x: usize, y: usize) -> Markup {
    let difference = cell.difference.map(|difference| format!("; {}", difference.meaning()));
    html! {
        g {
            title { (cell.name) ": " (cell.state.name()) ", " (cell.detail) (difference.unwrap_or_default()) }
            (shape(cell, x, y))
        }
    }
}

/// A square: full, half full or empty; with a triangle where it differs.
fn shape(cell: &Cell, x: usize, y: usize) -> Markup {
    let half = format!("M{x} {} v-{SIZE} h{SIZE} z", y + SIZE);
    let (middle, low, high) = (x + SIZE / 2, y + SIZE - 4, y + 4);
    let (left, right) = (x + 3, x + SIZE - 3);
    html! {
        @let opened = if cell.difference == Some(Difference::Opened) { " edge" } else { "" };
        rect class={ (cell.state.name()) (opened) } x=(x) y=(y) width=(SIZE) height=(SIZE) rx="3" {}
        @if cell.state == State::Conditional {
            path class="half" d=(half) {}
        }
        @match cell.difference {
            Some(Difference::Opened) => {
                path class="opened" d={ "M" (middle) " " (high) " L" (right) " " (low) " L" (left) " " (low) " z" } {}
            }
            Some(Difference::Closed) => {
                path class="closed" d={ "M" (middle) " " (low) " L" (right) " " (high) " L" (left) " " (high) " z" } {}
            }
            Some(Difference::Both) => {
                circle class="changed" cx=(middle) cy=(y + SIZE / 2) r="3.5" {}
            }
            None => {}
        }
    }
}
