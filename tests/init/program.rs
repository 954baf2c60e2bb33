//! The program as a file.

use std::os::unix::fs::PermissionsExt as _;
use std::{fs, io::Read as _};

use clnrm_lsp::engine::init::{Architecture, PROGRAM_NAME, program, program_file, program_for, program_tar};

#[test]
fn it_is_small_and_static() {
    let program = program().expect("init was built, see build.rs");
    assert!(program.len() < 1024 * 1024, "{} bytes", program.len());
    assert_eq!(&program[..6], b"\x7fELF\x02\x01", "a 64-bit little-endian executable");
    // The program headers of an executable that needs a loader name it (PT_INTERP).
    let number = |at: usize, length: usize| {
        program[at..at + length].iter().rev().fold(0usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let (headers, size, count) = (number(32, 8), number(54, 2), number(56, 2));
    assert!(count > 0);
    for index in 0..count {
        assert_ne!(number(headers + index * size, 4), 3, "it asks for a dynamic loader");
    }
}

#[test]
fn a_missing_one_says_why() {
    for architecture in Architecture::ALL {
        if let Err(missing) = program_for(architecture) {
            let told = missing.to_string();
            assert!(told.contains(&architecture.to_string()) && !missing.why.is_empty(), "{told}");
        }
    }
    assert_eq!(Architecture::parse("amd64"), Some(Architecture::X86_64));
    assert_eq!(Architecture::parse("arm64"), Some(Architecture::Aarch64));
    assert_eq!(Architecture::parse("s390x"), None);
}

#[test]
fn its_file_is_executable_shared_and_mended() {
    let host = Architecture::of_host().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made/when/missing");
    let path = program_file(host, &folder).unwrap();
    let check = || {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read(&path).unwrap(), program().unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left lying about");
    };
    check();
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(program_file(host, &folder).unwrap(), path);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written, "what is right is left alone");

    fs::write(&path, "broken").unwrap();
    assert_eq!(program_file(host, &folder).unwrap(), path);
    check();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(program_file(host, &folder).unwrap(), path);
    check();
    fs::remove_file(&path).unwrap();
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| program_file(host, &folder).unwrap()))));
    check();
}

#[test]
fn its_archive_holds_it() {
    let bytes = program_tar(Architecture::of_host().unwrap()).unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut entries = archive.entries().unwrap();
    let mut entry = entries.next().unwrap().unwrap();
    assert_eq!(entry.path().unwrap().to_str(), Some(PROGRAM_NAME));
    assert_eq!(entry.header().mode().unwrap(), 0o755);
    let mut content = Vec::new();
    entry.read_to_end(&mut content).unwrap();
    assert_eq!(content, program().unwrap());
    assert!(entries.next().is_none());
}
