//! Init, the first process of a container.

fn main() {}
