//! Verdicts as SARIF 2.1.0: a result for each constraint that does not hold; the rules are the tables of expectations.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{JudgedConstraint, VerdictReport};
use crate::report::fingerprint::hash;
use crate::report::sarif::location;

impl VerdictReport {
    pub(super) fn write_sarif(&self, out: &mut dyn Write) -> io::Result<()> {
        let rules: BTreeSet<String> = self.failures().map(JudgedConstraint::table).collect();
        let rules: Vec<String> = rules.into_iter().collect();
        let results = self.failures().map(|failure| self.result(failure, &rules));
        let described = rules.iter().map(|rule| {
            json!({
                "id": rule,
                "shortDescription": { "text": format!("the spans of the run satisfy `[{rule}]`") },
                "defaultConfiguration": { "level": "error" },
            })
        });
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "clnrm",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": described.collect::<Value>(),
                }},
                "invocations": [{ "executionSuccessful": true, "exitCode": u8::from(!self.passed()) }],
                "columnKind": "unicodeCodePoints",
                "results": results.collect::<Value>(),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &log)?;
        writeln!(out)
    }

    fn result(&self, failure: &JudgedConstraint, rules: &[String]) -> Value {
        let table = failure.table();
        let locations = self.sources.first().map(|document| location(document, failure.span));
        let related = failure.related.iter().filter_map(|related| {
            let mut place = location(self.sources.get(related.file.0 as usize)?, related.span);
            place["message"] = json!({ "text": related.message });
            Some(place)
        });
        let related: Vec<Value> = related.collect();
        let mut result = json!({
            "ruleId": table,
            "level": "error",
            "message": { "text": failure.text.as_deref().unwrap_or_default() },
            "locations": locations.into_iter().collect::<Value>(),
            "partialFingerprints": { "clnrmConstraint/v1": hash(&[&self.path, &failure.path]) },
            "properties": { "constraint": failure.path, "verdict": failure.verdict.word() },
        });
        if let Some(index) = rules.iter().position(|rule| *rule == table) {
            result["ruleIndex"] = index.into();
        }
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        result
    }
}
