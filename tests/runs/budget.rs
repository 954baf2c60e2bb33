//! Many scenarios with few containers.

use super::engine::{Events, engine, left};
use super::project::{APP, Project};

/// `CLNRM_TEST_SCENARIOS=200` makes it as big as it can get.
#[test]
fn no_more_containers_than_allowed() {
    if !engine() {
        return;
    }
    let count: usize = std::env::var("CLNRM_TEST_SCENARIOS").ok().and_then(|it| it.parse().ok()).unwrap_or(40);
    let mut text = APP.to_owned();
    for index in 0..count {
        text += &format!("[[scenario]]\nname = \"tiny {index}\"\nservice = \"app\"\nrun = \"true\"\n");
    }
    let project = Project::new(&[("tiny", &text)]);
    let events = Events::listen(&project.name);
    let ran = project.run(&["--jobs", "8", "--max-containers", "4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    assert_eq!(ran.report["summary"]["scenarios"], count);
    let (most, started) = events.peak();
    assert!(most <= 4 && most > 1, "{most} containers at once");
    assert_eq!(started, count);
    assert_eq!(left(&project.name), Vec::<String>::new());
}
