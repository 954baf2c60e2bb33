//! The map of a render in which runs of literal text were exchanged.

use std::collections::HashMap;
use std::sync::Arc;

use super::record::Segment;
use super::{Map, SourceMap};
use crate::template::literal_edit::{LiteralEdit, Run};
use crate::template::lower::Lowered;
use crate::template::site::{BoundArgument, FileSites, Site};

/// Longer texts, in bytes, are rendered: that is where their length is bounded.
const MAX_TEXT: usize = 8 << 20;

impl SourceMap {
    /// Whether `offset` of the document lies in a run of its literal text, ends included.
    pub(in crate::template) fn is_in_literal(&self, offset: usize) -> bool {
        let sites = self.map.as_ref().and_then(|map| map.sites_of(0)).map_or(&[][..], |sites| &sites.sites);
        sites.iter().any(|site| matches!(site, Site::Text { span } if span.start <= offset && offset <= span.end))
    }

    /// The rendered text and its map after `edit`, by which the document reads `document`. `None`: a run was not written as a whole, or
    /// by none of the places of text, so the document must be rendered.
    pub(in crate::template) fn with_literal_edit(
        &self,
        edit: &LiteralEdit,
        document: &Arc<str>,
    ) -> Option<(String, Self)> {
        let (text, map) = self.map.as_ref()?.with_literal_edit(edit, document)?;
        Some((text, Self { map: Some(Arc::new(map)) }))
    }
}

impl Map {
    fn with_literal_edit(&self, edit: &LiteralEdit, document: &Arc<str>) -> Option<(String, Self)> {
        let own = self.sites_of(0)?;
        let (sites, run_of) = moved(own, edit)?;

        let mut text = String::with_capacity(self.text.len() + document.len() / 8);
        let mut record = self.record.clone();
        // Where a run ended in the earlier text, and where it ends in the later.
        let mut ends: Vec<(u32, u32)> = Vec::new();
        let mut copied = 0;
        for segment in &mut record.segments {
            let Segment { start, end, .. } = *segment;
            let run = if segment.file == 0 { run_of.get(&segment.site) } else { None };
            segment.start = moved_behind(ends.last(), start)?;
            if let Some(run) = run {
                if segment.offset != 0 || (end - start) as usize != run.old.len() {
                    return None;
                }
                text.push_str(self.text.get(copied..start as usize)?);
                text.push_str(run.new.slice(document)?);
                copied = end as usize;
                ends.push((end, u32::try_from(text.len()).ok()?));
            }
            segment.end = moved_behind(ends.last(), end)?;
        }
        text.push_str(self.text.get(copied..)?);
        if text.len() > MAX_TEXT {
            return None;
        }
        let moved = |offset: u32| {
            let behind = ends.partition_point(|(end, _)| *end <= offset);
            moved_behind(behind.checked_sub(1).and_then(|last| ends.get(last)), offset)
        };
        for value in &mut record.values {
            (value.start, value.end) = (moved(value.start)?, moved(value.end)?);
        }

        let lowered = Lowered { sites, ..Lowered::default() };
        let mut all_sites = self.sites.clone();
        *all_sites.first_mut()? = Arc::new(lowered);
        let mut sources = self.sources.clone();
        *sources.first_mut()? = Arc::clone(document);
        let map = Self {
            text: Arc::from(text.as_str()),
            record,
            sites: all_sites,
            sources,
            exact: self.exact,
            forward: Default::default(),
        };
        Some((text, map))
    }
}

/// Where `offset` of the rendered text is, behind the `last` run before it.
fn moved_behind(last: Option<&(u32, u32)>, offset: u32) -> Option<u32> {
    let Some((old, new)) = last else { return Some(offset) };
    offset.checked_sub(*old)?.checked_add(*new)
}

/// The sites where they are after `edit`, and which of them are the runs that it changes.
fn moved(sites: &FileSites, edit: &LiteralEdit) -> Option<(FileSites, HashMap<u32, Run>)> {
    let FileSites { sites, scopes, assigned, extends } = sites;
    let mut runs = HashMap::new();
    let mut moved = Vec::with_capacity(sites.len());
    for (index, site) in sites.iter().enumerate() {
        let run = match site {
            Site::Text { span } => edit.run_at(*span),
            _ => None,
        };
        moved.push(match run {
            Some(run) => {
                runs.insert(index as u32, run);
                Site::Text { span: run.new }
            }
            None => moved_site(site, edit)?,
        });
    }
    let extends = match extends {
        Some(span) => Some(edit.moved(*span)?),
        None => None,
    };
    // A run that is no site is captured, or written by nobody.
    let sites = FileSites { sites: moved, scopes: scopes.clone(), assigned: assigned.clone(), extends };
    (runs.len() == edit.runs.len()).then_some((sites, runs))
}

fn moved_site(site: &Site, edit: &LiteralEdit) -> Option<Site> {
    Some(match site {
        Site::Text { span } => Site::Text { span: edit.moved(*span)? },
        Site::Value { tag, inner, scope } => {
            Site::Value { tag: edit.moved(*tag)?, inner: edit.moved(*inner)?, scope: *scope }
        }
        Site::Call { tag, name, arguments, scope } => {
            let moved = arguments.iter().map(|argument| {
                let BoundArgument { param, at, given } = argument;
                Some(BoundArgument { param: param.clone(), at: edit.moved_in_file(*at)?, given: *given })
            });
            let arguments = moved.collect::<Option<_>>()?;
            Site::Call { tag: edit.moved(*tag)?, name: name.clone(), arguments, scope: *scope }
        }
        Site::Include { tag } => Site::Include { tag: edit.moved(*tag)? },
        Site::Super { tag } => Site::Super { tag: edit.moved(*tag)? },
        Site::Section { span } => Site::Section { span: edit.moved(*span)? },
        Site::Loop { tag, variables, target, scope } => Site::Loop {
            tag: edit.moved(*tag)?,
            variables: variables.clone(),
            target: edit.moved(*target)?,
            scope: *scope,
        },
    })
}
