//! `generator GRAMMAR.js FOLDER`: writes the parser of a tree-sitter grammar into a folder. What `tree-sitter generate` does, from crates.io
//! alone: the command line of tree-sitter is a download from elsewhere.

use std::error::Error;
use std::path::Path;

/// The oldest form of parsers that editors in use read: Helix 25.01 and Neovim 0.10 know nothing newer.
const ABI: usize = 14;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [grammar, folder] = arguments.as_slice() else { return Err("usage: generator GRAMMAR.js FOLDER".into()) };
    let root = Path::new(grammar).parent().ok_or("the grammar is in no folder")?;
    tree_sitter_generate::generate_parser_in_directory(root, Some(folder), Some(grammar), ABI, None, Some("node"))?;
    Ok(())
}
