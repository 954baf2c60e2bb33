//! Compiles the init program (`src/engine/init/program/`) for Linux containers, for each architecture whose target is installed,
//! and leaves what the room `engine` embeds. It never fails the build of the crate: where the program can't be built, the reason
//! is embedded in its place, and shown when somebody wants to run a container.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const SOURCES: [&str; 2] = ["src/engine/init/program", "src/engine/init/wire"];

/// What the constants of `engine/init/embedded.rs` are called, and Rust's name of the processor.
const ARCHITECTURES: [(&str, &str); 2] = [("X86_64", "x86_64"), ("AARCH64", "aarch64")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed=DOCS_RS");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo does not say where results go")?);
    let mut constants = String::new();
    for (constant, architecture) in ARCHITECTURES {
        let program = out.join(format!("clnrm-init-{architecture}"));
        let (bytes, why) = match build(architecture, &program) {
            Ok(()) => (format!("include_bytes!({program:?})"), String::new()),
            Err(why) => {
                // Who builds for Linux on Linux will want containers; elsewhere this is as it must be.
                if is_own(architecture) {
                    println!("cargo::warning=containers can't be run with this build: {}", why.replace('\n', " "));
                }
                ("&[]".to_owned(), why)
            }
        };
        constants += &format!("const {constant}: (&[u8], &str) = ({bytes}, {why:?});\n");
    }
    fs::write(out.join("init_programs.rs"), constants)?;
    Ok(())
}

/// Tries the ways to a static program, the best first.
fn build(architecture: &str, program: &Path) -> Result<(), String> {
    if env::var_os("DOCS_RS").is_some() {
        return Err("it was built for its documentation only".to_owned());
    }
    let musl = format!("{architecture}-unknown-linux-musl");
    let gnu = format!("{architecture}-unknown-linux-gnu");
    let mut ways: Vec<(&str, Vec<&str>)> = Vec::new();
    if is_installed(&musl) {
        // Rust brings the C library of this target along, and with its own linker no C compiler is needed.
        if is_own(architecture) {
            ways.push((&musl, vec![]));
        }
        ways.push((&musl, vec!["-Clinker=rust-lld", "-Clinker-flavor=ld.lld"]));
    }
    if is_own(architecture) && is_installed(&gnu) {
        ways.push((&gnu, vec!["-Ctarget-feature=+crt-static"]));
    }
    let mut why =
        format!("the target {musl} was not installed when it was built: `rustup target add {musl}`, then build anew");
    for (target, flags) in ways {
        match compile(target, &flags, program) {
            Ok(()) => return Ok(()),
            Err(told) => why = format!("it could not be compiled for {target}: {told}"),
        }
    }
    Err(why)
}

fn compile(target: &str, flags: &[&str], program: &Path) -> Result<(), String> {
    let output = Command::new(rustc())
        .args(["--edition=2024", "--crate-type=bin", "--crate-name=clnrm_init", "--target", target])
        .args(["-Copt-level=s", "-Cpanic=abort", "-Cstrip=symbols", "-Ccodegen-units=1"])
        .args(flags)
        .arg("-o")
        .arg(program)
        .arg("src/engine/init/program/main.rs")
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Whether this is the processor of the Linux that the crate is built for and on.
fn is_own(architecture: &str) -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let host = env::var("HOST").unwrap_or_default();
    is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ARCH", architecture)
        && host.starts_with(architecture)
        && host.contains("linux")
}

fn is_installed(target: &str) -> bool {
    let output = Command::new(rustc()).args(["--print", "target-libdir", "--target", target]).output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn rustc() -> std::ffi::OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}
