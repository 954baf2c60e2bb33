//! The container engine: images, networks, containers, and what runs in them. The only room that knows bollard; knows nothing of
//! tests.

pub mod init;
