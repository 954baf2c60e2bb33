//! Images: what a reference means, whether the image is there, and how it gets there.

mod credentials;
mod inspect;
mod pull;
mod reference;

pub use inspect::{Image, ImageHealthcheck};
pub use pull::{PullPolicy, PullProgress};
pub use reference::ImageReference;

pub(super) use pull::Pulls;
