//! What loops repeat, told apart.

use super::*;

/// Each occurrence of the first tag with this text: its rounds and what it wrote.
fn occurrences(document: &str, tag: &str, others: &[(&'static str, &str)]) -> Vec<(Vec<usize>, String)> {
    let rendered = render_with(document, others);
    let start = document.find(tag).unwrap();
    let tag = FileSpan::document(Span::new(start, start + tag.len()));
    let found = rendered.map.occurrences(tag).into_iter();
    found.map(|it| (it.rounds, it.rendered.slice(&rendered.text).unwrap().to_owned())).collect()
}

fn rounds(document: &str, tag: &str) -> Vec<(Vec<usize>, String)> {
    let rendered = render(document);
    let start = document.find(tag).unwrap();
    let tag = FileSpan::document(Span::new(start, start + tag.len()));
    let text =
        |spans: Vec<Span>| spans.iter().map(|span| span.slice(&rendered.text).unwrap()).collect::<Vec<_>>().join("|");
    let rounds = rendered.map.rounds(tag);
    let count = rendered.map.round_counts(FileId::DOCUMENT).get(&tag.span).copied();
    assert_eq!(count.unwrap_or_default(), rounds.len());
    rounds.into_iter().map(|round| (round.rounds, text(round.rendered))).collect()
}

#[test]
fn each_occurrence_knows_its_rounds() {
    let document = "{% for a in [1, 2] %}{% for b in ['é', ''] %}x{{ b }}{% endfor %}{% endfor %}";
    let found = occurrences(document, "{{ b }}", &[]);
    let expected = [(vec![0, 0], "é"), (vec![0, 1], ""), (vec![1, 0], "é"), (vec![1, 1], "")];
    assert_eq!(found, expected.map(|(rounds, text)| (rounds, text.to_owned())));
    assert_eq!(occurrences("{{ 1 }}{{ 1 }}", "{{ 1 }}", &[]), [(vec![], "1".to_owned())]);
}

#[test]
fn a_call_knows_what_it_wrote_in_each_round() {
    let pack = "{% macro m(a) %}{% for i in a %}{{ i }};{% endfor %}{% endmacro %}";
    let document = "{% import \"p\" as p %}{% for n in [[1], [2, 3]] %}{{ p::m(n) }}{% endfor %}";
    let found = occurrences(document, "{{ p::m(n) }}", &[("p", pack)]);
    assert_eq!(found, [(vec![0], "1;".to_owned()), (vec![1], "2;3;".to_owned())]);
}

#[test]
fn a_round_knows_what_it_wrote() {
    let document = "{% for a in [1, 2] %}a{% for b in [1, 2, 3] %}{% if b == 2 %}{% else %}{{ b }}{% endif %}{% endfor %}\n{% endfor %}";
    let outer = rounds(document, "{% for a in [1, 2] %}");
    assert_eq!(outer, [(vec![0], "a13\n".to_owned()), (vec![1], "a13\n".to_owned())]);
    let inner: Vec<_> = rounds(document, "{% for b in [1, 2, 3] %}");
    let expected = [([0, 0], "1"), ([0, 1], ""), ([0, 2], "3"), ([1, 0], "1"), ([1, 1], ""), ([1, 2], "3")];
    assert_eq!(inner, expected.map(|(rounds, text)| (rounds.to_vec(), text.to_owned())));
    assert_eq!(rounds("{% for a in [] %}x{% endfor %}", "{% for a in [] %}"), []);
}
