//! One file per notification of the client.

pub mod abort_run_test;
pub mod did_change;
pub mod did_change_configuration;
pub mod did_change_watched_files;
pub mod did_change_workspace_folders;
pub mod did_close;
pub mod did_open;
pub mod did_rename_files;
pub mod did_save;
pub mod initialized;
pub mod work_done_progress_cancel;
