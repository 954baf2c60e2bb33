//! Renders a document as an analysis does, without judging it: for those who must know that a change of the text changes
//! nothing.

use std::sync::Arc;

use super::render::{Plan, RenderRequest};
use super::{AnalysisOptions, Analyzer};
use crate::template::variables::Variables;
use crate::template::{RenderInput, Rendered, SourceFile, TemplateLoader};

impl Analyzer {
    /// The render of the representative combination of a document. Not cached.
    pub fn render(&self, document: &SourceFile, options: &AnalysisOptions, loader: &dyn TemplateLoader) -> Rendered {
        let request = RenderRequest::new(self, document, options, loader);
        let variables = representative(&request.plan());
        request.render(RenderInput { document, variables: &variables, loader })
    }

    /// The render of combination `index` (from 0) of the matrix of a document, from the cache where it has been rendered before.
    /// `None`: there is no such combination.
    pub fn combination(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: &dyn TemplateLoader,
        index: usize,
    ) -> Option<Arc<Rendered>> {
        RenderRequest::new(self, document, options, loader).combination(index)
    }

    /// The variables of that render.
    pub fn variables(
        &self,
        document: &SourceFile,
        options: &AnalysisOptions,
        loader: &dyn TemplateLoader,
    ) -> Variables {
        representative(&RenderRequest::new(self, document, options, loader).plan())
    }
}

fn representative(plan: &Plan) -> Variables {
    plan.variables.combination(&plan.axes, 0).0
}
