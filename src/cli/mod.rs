//! The command line: arguments, terminal output, exit codes.
