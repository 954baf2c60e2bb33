//! Behaviour of the room, through what it offers.

mod collected;
