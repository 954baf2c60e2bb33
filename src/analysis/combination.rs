//! Each combination of a document's matrix as an analysis of its own, with everything known that a run has to know: also the
//! strings with template expressions of a file that is TOML as it stands.

use std::sync::Arc;

use super::render::{Plan, RenderRequest};
use super::{Analysis, AnalysisOptions, Analyzer, FileKind};
use crate::config;
use crate::template::library::DiskLoader;
use crate::template::{ReadingMode, RenderInput, SourceFile, TemplateLoader};

/// One combination of a document's matrix.
#[derive(Clone, Debug)]
pub struct CombinationAnalysis {
    /// `axis=value` of each axis, in the order of the file, joined by `,`; `None` without a matrix.
    pub label: Option<String>,
    /// Its analysis.
    pub analysis: Analysis,
}

impl Analyzer {
    /// The analyses of all combinations of a document's matrix, of one where it has none; `at_most` so many. Imports are read by
    /// `loader`, from disk where there is none.
    pub fn analyze_combinations(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: Option<&dyn TemplateLoader>,
        at_most: usize,
    ) -> Vec<CombinationAnalysis> {
        match loader {
            Some(loader) => self.combinations_by(document, options, loader, at_most),
            None => {
                let roots = options.roots.iter().cloned();
                let loader = if options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
                self.combinations_by(document, options, &loader, at_most)
            }
        }
    }

    fn combinations_by(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: &dyn TemplateLoader,
        at_most: usize,
    ) -> Vec<CombinationAnalysis> {
        let whole = self.analyze_with(document, options, loader);
        if whole.kind != FileKind::Test || whole.mode == ReadingMode::Plain {
            return vec![CombinationAnalysis { label: None, analysis: whole }];
        }
        let request = RenderRequest::new(self, document, options, loader);
        let plan = request.plan();
        let total = plan.count();
        (0..total.min(at_most))
            .filter_map(|index| {
                let analysis = match whole.mode {
                    ReadingMode::Rendered => request.analyze_combination(index, &plan)?,
                    ReadingMode::InString | ReadingMode::Plain => known(&whole, &request, &plan, index),
                };
                Some(CombinationAnalysis { label: plan.variables.combination_label(&plan.axes, index), analysis })
            })
            .collect()
    }
}

/// `whole` with the strings rendered that hold expressions, each alone.
fn known(whole: &Analysis, request: &RenderRequest<'_>, plan: &Plan, index: usize) -> Analysis {
    let (variables, _) = plan.variables.combination(&plan.axes, index);
    let document = request.document();
    let config = config::parse_for_run(&document.text, &|content| {
        let alone = SourceFile { text: content.into(), ..document.clone() };
        let rendered =
            request.render(RenderInput { document: &alone, variables: &variables, loader: request.loader() });
        rendered.problems.is_empty().then_some(rendered.text)
    });
    let combinations = super::CombinationCount { checked: 1, total: plan.count() };
    Analysis { config: Arc::new(config), combinations, ..whole.clone() }
}
