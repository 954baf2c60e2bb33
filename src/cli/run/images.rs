//! The images that tests need. Which of them are there, and getting them, is for those who ask.

use std::collections::BTreeMap;

use super::Selected;

/// Each image that the selected scenarios need, with the tests that name it.
pub fn images(selected: &Selected) -> BTreeMap<String, Vec<String>> {
    let mut images: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for test in &selected.plan.tests {
        let id = test.id.to_string();
        let services = test.scenarios.iter().flat_map(|scenario| &scenario.services);
        for image in services.filter_map(|index| test.services.get(*index)?.image.as_ref()) {
            let tests = images.entry(image.clone()).or_default();
            if tests.last() != Some(&id) {
                tests.push(id.clone());
            }
        }
    }
    images
}
