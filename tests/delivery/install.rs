//! `scripts/install` and `docs/install.md`.

use std::fs;

use crate::{Machine, NETWORK, RIGHT, TARGET, VERSION, blocks, repository, told};

#[test]
fn the_lines_of_the_document_install() {
    let lines: Vec<String> = blocks("docs/install.md", "sh")
        .iter()
        .flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let lines: Vec<_> = lines.iter().filter(|line| line.contains("scripts/install")).collect();
    assert!(lines.len() >= 2, "{lines:?}");
    for line in lines {
        let machine = Machine::with(&RIGHT);
        let output = machine.command("sh").args(["-c", line]).output().unwrap();
        assert!(output.status.success(), "{line}: {}", told(&output));
        let folder = if line.contains("--to") { "home/bin" } else { "home/.local/bin" };
        for program in ["clnrm", "clnrm-lsp"] {
            let version = machine
                .command("sh")
                .arg("-c")
                .arg("\"$0\" --version")
                .arg(machine.path(folder).join(program))
                .output()
                .unwrap();
            assert_eq!(told(&version).trim(), format!("{program} {VERSION}"), "{line}: {}", told(&output));
        }
    }
}

#[test]
fn what_is_not_as_its_checksum_says_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let there = NETWORK.folder.path().join(format!("releases/download/v{VERSION}"));
    let forged = folder.path().join(format!("download/v{VERSION}"));
    fs::create_dir_all(&forged).unwrap();
    let archive = format!("clnrm-{VERSION}-{TARGET}.tar.gz");
    fs::copy(there.join("SHA256SUMS"), forged.join("SHA256SUMS")).unwrap();
    let mut bytes = fs::read(there.join(&archive)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(forged.join(&archive), bytes).unwrap();
    let machine = Machine::with(&RIGHT);
    let install = |releases: String, arguments: &[&str]| {
        let mut command = machine.command("sh");
        command.arg(repository().join("scripts/install")).args(["--version", VERSION]).args(arguments);
        command.env("CLNRM_RELEASES", releases).output().unwrap()
    };
    let refused = install(format!("file://{}", folder.path().display()), &[]);
    assert!(
        !refused.status.success() && told(&refused).contains("is not what its checksum says"),
        "{}",
        told(&refused)
    );
    assert!(!machine.path("home/.local/bin/clnrm").exists());

    let releases = format!("file://{}/releases", NETWORK.folder.path().display());
    let none = install(releases.clone(), &["--target", "pdp11-unknown-unix"]);
    assert!(
        !none.status.success() && told(&none).contains("has no programs for pdp11-unknown-unix"),
        "{}",
        told(&none)
    );
    let good = install(releases, &[]);
    assert!(good.status.success(), "the control: {}", told(&good));
    let again = Machine::with(&RIGHT)
        .command("sh")
        .arg(repository().join("scripts/install"))
        .args(["--version", "9.9.9"])
        .output()
        .unwrap();
    assert!(!again.status.success() && told(&again).contains("could not be fetched"), "{}", told(&again));
}
