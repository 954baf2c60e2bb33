//! Very many scenarios and a small budget.

use super::fake_engine::FakeEngine;
use super::project::{APP, Project};
use super::setting::run;

#[test]
fn two_hundred_scenarios_with_four_containers() {
    const COUNT: usize = 200;
    let engine = FakeEngine::start();
    let mut text = APP.to_owned();
    for index in 0..COUNT {
        // Every tenth one is red.
        let run = if index % 10 == 7 { "false" } else { "true" };
        text += &format!("[[scenario]]\nname = \"tiny {index}\"\nservice = \"app\"\nrun = \"{run}\"\n");
    }
    let project = Project::new(&[("tiny", &text)]);
    let ran = run(&project, &engine, &["--jobs", "16", "--max-containers", "4"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    for index in 0..COUNT {
        let expected = if index % 10 == 7 { "failed" } else { "passed" };
        assert_eq!(ran.outcome(&format!("tiny {index}")), expected, "{index}");
    }
    let (most, started) = engine.peak();
    assert!((2..=4).contains(&most), "{most} containers at once");
    assert_eq!(started, COUNT);
    assert_eq!(engine.left(), Vec::<String>::new());
}
