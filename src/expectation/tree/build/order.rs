//! `[expect.order]`.

use super::{Builder, graph::both, words};
use crate::config::model::Order;
use crate::expectation::tree::{BlockKind, ConstraintPath, OrderRequirement, Requirement};

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, order: &Order) {
    builder.unread(path, &order.unread);
    let reading =
        words::mode(order.mode.as_ref()).and_then(|mode| words::basis(order.basis.as_ref()).map(|basis| (mode, basis)));
    let preceding = order.must_precede.iter().enumerate().map(|(index, pair)| ("must_precede", index, pair));
    let following = order.must_follow.iter().enumerate().map(|(index, pair)| ("must_follow", index, pair));
    builder.block(path, order.header, BlockKind::Order, None, |builder| {
        for (list, index, pair) in preceding.chain(following) {
            let read = both(builder, pair).and_then(|(one, other)| {
                let (mode, basis) = reading.clone()?;
                let (first, second) = if list == "must_follow" { (other, one) } else { (one, other) };
                Ok(Requirement::Order(OrderRequirement { first, second, mode, basis }))
            });
            builder.push_read(path.key(list).index(index), pair.span, read);
        }
    });
}
