//! `clnrm completions` and `man`.

use crate::clnrm;
use crate::workspace::Workspace;

#[test]
fn every_shell_gets_completions_of_every_command() {
    let workspace = Workspace::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = clnrm(&workspace, &["completions", shell]);
        assert_eq!(ran.code, Some(0), "{shell}: {}", ran.stderr);
        for command in ["validate", "render", "analyze"] {
            assert!(ran.stdout.contains(command), "{shell} does not know `{command}`");
        }
        let ran = clnrm(&workspace, &["completions", shell, "--program", "clnrm-lsp"]);
        assert!(ran.stdout.contains("explain"), "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let workspace = Workspace::new(&[]);
    assert!(clnrm(&workspace, &["man"]).stdout.contains(".TH clnrm 1"));
    assert_eq!(clnrm(&workspace, &["man", "--output", "man1"]).code, Some(0));
    for page in ["clnrm.1", "clnrm-render.1", "clnrm-validate.1", "clnrm-lsp.1"] {
        assert!(workspace.path("man1").join(page).exists(), "{page}");
    }
}
