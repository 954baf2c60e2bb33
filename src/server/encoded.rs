//! Answers as long as a document, encoded once, by their handlers.
//!
//! The service between a handler and the way out knows JSON values only, and to make a tree of values of some thousand symbols takes
//! several times as long as to find them. So these answers pass it as one string, which is the JSON of the answer.

use rayon::prelude::*;
use serde::Serialize;
use tower_lsp::jsonrpc::{Error, Id, Request, Response, Result};

/// A request whose answer is encoded.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name in the protocol.
    name: &'static str,
    /// The name by which the service knows it.
    pub service: &'static str,
}

macro_rules! methods {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $constant: Method = Method { name: $name, service: concat!("clnrm/encoded/", $name) };
        )*

        /// All of them.
        const METHODS: &[Method] = &[$($constant),*];
    };
}

methods! {
    CODE_LENS = "textDocument/codeLens",
    DOCUMENT_HIGHLIGHT = "textDocument/documentHighlight",
    DOCUMENT_SYMBOL = "textDocument/documentSymbol",
    FOLDING_RANGE = "textDocument/foldingRange",
    REFERENCES = "textDocument/references",
    SEMANTIC_TOKENS_FULL = "textDocument/semanticTokens/full",
    WORKSPACE_SYMBOL = "workspace/symbol",
}

/// So many parts of a list are encoded one after the other.
const PARTS_AT_ONCE: usize = 16;

/// An answer that is encoded; to the service a string.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Encoded(String);

impl Encoded {
    /// Encodes an answer.
    ///
    /// # Errors
    /// When the answer has no JSON; those of the protocol always have one.
    pub fn new(answer: &impl Serialize) -> Result<Self> {
        serde_json::to_string(answer).map(Self).map_err(|_| Error::internal_error())
    }

    /// Encodes a list of what `part` makes of each item, side by side: an outline has a megabyte.
    ///
    /// # Errors
    /// When a part has no JSON; those of the protocol always have one.
    pub fn list<T: Send, P: Serialize>(items: Vec<T>, part: impl Fn(T) -> P + Sync) -> Result<Self> {
        let encode = |items: Vec<T>| {
            let mut parts = Vec::new();
            for item in items {
                if !parts.is_empty() {
                    parts.push(b',');
                }
                serde_json::to_writer(&mut parts, &part(item)).map_err(|_| Error::internal_error())?;
            }
            String::from_utf8(parts).map_err(|_| Error::internal_error())
        };
        let parts: Vec<String> = items.into_par_iter().chunks(PARTS_AT_ONCE).map(encode).collect::<Result<_>>()?;
        let mut list = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + 1);
        list.push('[');
        for part in &parts {
            if list.len() > 1 {
                list.push(',');
            }
            list.push_str(part);
        }
        list.push(']');
        Ok(Self(list))
    }

    /// `null` where there is no answer.
    ///
    /// # Errors
    /// Those of the answer.
    pub fn or_null(answer: Option<Result<Self>>) -> Result<Self> {
        answer.unwrap_or_else(|| Self::new(&()))
    }
}

/// The request by the name that the service knows, and whether its answer is an [`Encoded`] one.
pub fn route(request: Request) -> (Request, bool) {
    let Some(method) = METHODS.iter().find(|method| request.method() == method.name) else {
        return (request, false);
    };
    let (_, id, params) = request.into_parts();
    let mut renamed = Request::build(method.service);
    if let Some(id) = id {
        renamed = renamed.id(id);
    }
    if let Some(params) = params {
        renamed = renamed.params(params);
    }
    (renamed.finish(), true)
}

/// The message of a response whose result is an [`Encoded`] answer. `None`: it is an error.
pub fn message(response: &Response) -> Option<Vec<u8>> {
    /// A response as far as its result.
    #[derive(Serialize)]
    struct Head<'a> {
        jsonrpc: &'a str,
        id: &'a Id,
    }
    let answer = response.result()?.as_str()?;
    let mut message = serde_json::to_vec(&Head { jsonrpc: "2.0", id: response.id() }).ok()?;
    message.pop();
    message.reserve_exact(answer.len() + b",\"result\":}".len());
    message.extend_from_slice(b",\"result\":");
    message.extend_from_slice(answer.as_bytes());
    message.push(b'}');
    Some(message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_answer_arrives_as_it_was_encoded() {
        let answer = json!([{ "name": "a \"b\" \u{1F40B}", "children": [] }]);
        let result = serde_json::to_value(Encoded::new(&answer).expect("it has a JSON")).expect("it is a string");
        for id in [Id::Number(7), Id::String("a\"7".to_owned())] {
            let message = message(&Response::from_ok(id.clone(), result.clone())).expect("it is no error");
            let message: Value = serde_json::from_slice(&message).expect("it is JSON");
            assert_eq!(message, json!({ "jsonrpc": "2.0", "id": id, "result": answer }));
        }
        assert_eq!(message(&Response::from_error(Id::Number(7), Error::internal_error())), None);
    }

    #[test]
    fn a_list_is_encoded_like_one_that_is_not_cut() {
        for length in [0, 1, PARTS_AT_ONCE, PARTS_AT_ONCE + 1, 100] {
            let items: Vec<usize> = (0..length).collect();
            let part = |item: usize| json!({ "item": item, "name": "\u{1F40B}" });
            let Encoded(list) = Encoded::list(items.clone(), part).expect("it has a JSON");
            let whole: Vec<Value> = items.into_iter().map(part).collect();
            assert_eq!(list, serde_json::to_string(&whole).expect("it has a JSON"));
        }
    }

    #[test]
    fn only_the_name_of_a_request_changes() {
        let request = Request::build("textDocument/documentSymbol").id(7).params(json!({ "a": 1 })).finish();
        let expected = Request::build(DOCUMENT_SYMBOL.service).id(7).params(json!({ "a": 1 })).finish();
        assert_eq!(route(request), (expected, true));
        let other = Request::build("textDocument/hover").id(7).finish();
        assert_eq!(route(other.clone()), (other, false));
    }
}
