//! The sheet as one page that needs nothing else: no scripts, no fonts, no network.

use super::{Cell, Difference, Section, Sheet, State, svg};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("sheet.css");

/// The page.
pub fn page(sheet: &Sheet) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (sheet.title) " · seccomp" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(sheet))
                main {
                    section.overview aria-labelledby="overview" {
                        h2 #overview { "At a glance" }
                        p.hint { "A square is a call: its name and what becomes of it stand in its tooltip, and below." }
                        (svg::drawing(sheet, false))
                    }
                    @if sheet.against.is_some() { (differences(sheet)) }
                    section aria-labelledby="calls" {
                        h2 #calls { "Calls by what they are for" }
                        div.kinds { @for section in &sheet.sections { (kind(section)) } }
                    }
                }
                footer {
                    p { "Made by ringfence " (env!("CARGO_PKG_VERSION")) ". What is shown is what the kernel does with a call of "
                        (sheet.arch.name()) "; other architectures of a node have tables of their own." }
                }
            }
        }
    }
    .into_string()
}

fn head(sheet: &Sheet) -> Markup {
    let all = sheet.cells().count().max(1);
    html! {
        header {
            p.over { "Seccomp profile" }
            h1 { (sheet.title) }
            @if let Some(against) = &sheet.against { p.against { "against " strong { (against) } } }
            p.context { (sheet.context) }
            @for reason in &sheet.fatal {
                p.fatal role="alert" { strong { "No container would start with it: " } (reason) }
            }
            div.bar aria-hidden="true" {
                @for state in State::ALL {
                    @let share = sheet.count(state) * 10_000 / all;
                    span class=(state.name()) style={ "flex-grow:" (share) } {}
                }
            }
            ul.legend {
                @for state in State::ALL {
                    li class=(state.name()) {
                        b { (sheet.count(state)) }
                        span.sign aria-hidden="true" { (state.sign()) } " " (meaning(state))
                    }
                }
                @if sheet.against.is_some() {
                    @for difference in Difference::ALL {
                        li class=(difference.name()) {
                            b { (sheet.differing(difference)) }
                            span.sign aria-hidden="true" { (difference.sign()) } " " (difference.meaning())
                        }
                    }
                }
                li.risk {
                    b { (sheet.cells().filter(|cell| cell.danger.is_some()).count()) }
                    span.sign aria-hidden="true" { "⚠" } " may be executed and endangers the node or its other tenants"
                }
            }
            p.default { "A call that no rule names " strong { (sheet.default) } "." }
        }
    }
}

fn meaning(state: State) -> &'static str {
    match state {
        State::Allowed => "allowed, whatever the arguments",
        State::Conditional => "decided by arguments, a supervisor or a tracer",
        State::Denied => "denied",
    }
}

/// What differs: what permits more in full, what permits less by name.
fn differences(sheet: &Sheet) -> Markup {
    let of = |difference| sheet.cells().filter(move |cell| cell.difference == Some(difference));
    html! {
        section.differences aria-labelledby="differences" {
            h2 #differences { "Where it differs" }
            @if sheet.cells().all(|cell| cell.difference.is_none()) {
                p { "Nowhere: it permits the same." }
            }
            @for difference in [Difference::Opened, Difference::Both] {
                @if sheet.differing(difference) > 0 {
                    h3 class=(difference.name()) { (title(sheet, difference)) }
                    (table(of(difference)))
                }
            }
            @if sheet.differing(Difference::Closed) > 0 {
                details.closed {
                    summary { h3 { (title(sheet, Difference::Closed)) } }
                    ul.calls { @for cell in of(Difference::Closed) { (chip(cell)) } }
                }
            }
        }
    }
}

fn title(sheet: &Sheet, difference: Difference) -> Markup {
    html! {
        span.sign aria-hidden="true" { (difference.sign()) } " "
        (sheet.differing(difference)) " " (difference.name())
        span.hint { " " (difference.meaning()) }
    }
}

fn table<'c>(cells: impl Iterator<Item = &'c Cell>) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { "call" } th scope="col" { "here it" } th scope="col" { "in the baseline it" }
            } }
            tbody {
                @for cell in cells {
                    tr {
                        th scope="row" {
                            code { (cell.name) }
                            @if let Some(danger) = cell.danger {
                                p.risk { span.sign aria-hidden="true" { "⚠" } " " (danger) }
                            }
                        }
                        td { (cell.detail) }
                        td { (cell.baseline.as_deref().unwrap_or_default()) }
                    }
                }
            }
        } }
    }
}

fn kind(section: &Section) -> Markup {
    let of = |state: State| section.cells.iter().filter(move |cell| cell.state == state);
    html! {
        article {
            h3 { (section.title) }
            @for state in State::ALL {
                @let count = of(state).count();
                @if count > 0 {
                    div.state class=(state.name()) {
                        h4 { span.sign aria-hidden="true" { (state.sign()) } " " (count) " " (state.name()) }
                        ul.calls { @for cell in of(state) { (chip(cell)) } }
                    }
                }
            }
        }
    }
}

/// A call. What decides about it is told in full where arguments do, else on hover.
fn chip(cell: &Cell) -> Markup {
    let difference = cell.difference;
    html! {
        li class={ "call " (cell.state.name()) @if let Some(difference) = difference { " " (difference.name()) } }
            title={ (cell.detail) @if let Some(danger) = cell.danger { " — " (danger) } } {
            code { (cell.name) }
            @if let Some(difference) = difference {
                span.sign.mark aria-hidden="true" { (difference.sign()) }
                span.unseen { " " (difference.meaning()) }
            }
            @if let Some(danger) = cell.danger {
                span.sign.risk aria-hidden="true" { "⚠" }
                span.unseen { " dangerous: " (danger) }
            }
            @if cell.state == State::Conditional {
                details {
                    summary { "when" }
                    p { (cell.detail) }
                }
            }
        }
    }
}
