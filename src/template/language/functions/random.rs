//! Plain random values and counters.

use crate::template::language::builtin::{Builtin, SEED, optional, required};
use crate::template::language::state;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "rand_hex",
        &[optional("n", "16").alias(&["len", "length"]), SEED],
        "`n` random hexadecimal digits",
        "{{ rand_hex(n=8) }}",
        |arguments| {
            let digits = arguments.count("n", 16, 65_536)?;
            Ok(arguments.draw().letters("0123456789abcdef", digits).into())
        },
    ),
    Builtin::function(
        "seq",
        &[required("name"), optional("start", "0"), optional("step", "1")],
        "Counts: `start` at the first call with this name in a render, `step` more at each next one",
        r#"{{ seq(name="port", start=8080) }} {{ seq(name="port", start=8080) }}"#,
        |arguments| {
            let start = arguments.integer("start")?.unwrap_or(0);
            let step = arguments.integer("step")?.unwrap_or(1);
            let round = state::count(&arguments.required_text("name")?);
            Ok(start.wrapping_add(step.wrapping_mul(round)).into())
        },
    ),
];
