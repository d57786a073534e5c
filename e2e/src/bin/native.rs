//! Judges one of the measured requests natively, so many times: what `cost` counts under valgrind.

use anyhow::{Context, Result};
use e2e::requests;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().context("usage: native REQUEST TIMES");
    let (request, times): (usize, usize) = (number()?.parse()?, number()?.parse()?);
    let mut requests = requests::all().into_iter().chain(requests::of_standards());
    let request = requests.nth(request).context("no such request")?;
    for _ in 0..times {
        std::hint::black_box(ringfence_policy::validate(
            std::hint::black_box(&request.payload),
            &|| None,
        ));
    }
    Ok(())
}
