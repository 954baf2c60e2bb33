//! Ends renders that would take forever: nested loops and recursive macros whose output is captured, and huge ranges.
//!
//! Loops that write to the document are bounded by the length of the rendered text. All others take a step of a budget for
//! each round and each call, which the lowering asks for; ranges take one for each number. No clock is involved, so the
//! same input ends at the same place on every machine.

use std::cell::Cell;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

/// The function that takes a step. It gives `false`.
pub(super) const STEP_FUNCTION: &str = "clnrm_step";

/// Steps for one render.
const STEPS: u64 = 2_000_000;

/// The longest range, as in Tera.
const MAX_RANGE: u64 = 100_000;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(STEPS) };
}

/// Fills the budget of this thread; a render must begin with it.
pub(super) fn refill() {
    LEFT.set(STEPS);
}

fn take(steps: u64) -> TeraResult<()> {
    match LEFT.get().checked_sub(steps) {
        Some(left) => {
            LEFT.set(left);
            Ok(())
        }
        None => Err(Error::message(format!("rendering takes more than {} million steps", STEPS / 1_000_000))),
    }
}

/// Registers what takes steps.
pub(super) fn install(tera: &mut Tera) {
    tera.register_function(STEP_FUNCTION, |_: Kwargs, _: &State<'_>| take(1).map(|()| false));
    tera.register_function("range", range);
}

/// `range` as in Tera 2.4, but within the budget.
fn range(arguments: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let start = arguments.get::<i128>("start")?.unwrap_or_default();
    let end = arguments.must_get::<i128>("end")?;
    let step = arguments.get::<i128>("step_by")?.unwrap_or(1);
    if step == 0 {
        return Err(Error::message("`range` can't go in steps of 0"));
    }
    if start > end && step > 0 {
        return Err(Error::message("`range` ends before it starts"));
    }
    let distance = if step > 0 { end.checked_sub(start) } else { start.checked_sub(end) };
    let length = distance.map_or(u128::MAX, |distance| distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs()));
    let length = u64::try_from(length).ok().filter(|length| *length <= MAX_RANGE);
    let Some(length) = length else {
        return Err(Error::message(format!("`range` gives more than {MAX_RANGE} numbers")));
    };
    take(length)?;
    let numbers = (0..i128::from(length)).map(|index| Value::from(start + index * step));
    Ok(Value::from(numbers.collect::<Vec<_>>()))
}
