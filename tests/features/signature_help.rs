//! Signature help.

use clnrm_lsp::features::signature_help::signature_help;

use crate::fixture::Fixture;

/// The signature with the active parameter in brackets; nothing where there is none.
fn help(marked: &str) -> String {
    let fixture = Fixture::new(marked);
    let Some(help) = signature_help(&fixture.view, fixture.cursor()) else { return String::new() };
    match help.active.map(|active| help.parameters[active].label) {
        Some(active) => format!(
            "{}⟨{}⟩{}",
            &help.label[..active.start],
            &help.label[active.start..active.end],
            &help.label[active.end..]
        ),
        None => help.label,
    }
}

#[test]
fn arguments_by_position_and_by_name() {
    assert_eq!(help("{{ env($0) }}"), "env(⟨name⟩, default?)");
    assert_eq!(help("{{ env('É', $0) }}"), "env(name, ⟨default?⟩)");
    assert_eq!(help("{{ env(default='x$0', name='y') }}"), "env(name, ⟨default?⟩)");
    assert_eq!(help("{{ env(default='x', $0) }}"), "env(⟨name⟩, default?)");
    assert_eq!(help("{{ env('a', 'b', $0 "), "env(name, default?)");
    assert_eq!(help("{{ svc | replace(from=$0) }}"), "| replace(⟨from⟩, to)");
    assert_eq!(help("{% if svc is containing($0"), "is containing(⟨pat⟩)");
    assert_eq!(help("{{ range(3$0) }}"), "range(start=0, ⟨end⟩, step_by=1)");
}

#[test]
fn macros_have_their_parameters_and_what_they_say() {
    let import = "{% import \"_macros.toml.tera\" as m %}\n";
    let expected = "m::span(name, kind=none, ⟨attrs={}⟩, parent=none, events=[], duration_ms=none, status=none)";
    assert_eq!(help(&format!("{import}{{{{ m::span(\"é\", \"server\", {{\"a\": [1, $0]}}")), expected);
    let fixture = Fixture::new(&format!("{import}{{{{ m::span($0) }}}}"));
    let help = signature_help(&fixture.view, fixture.cursor()).unwrap();
    assert!(help.documentation.unwrap().starts_with("A span that is expected."));
    assert_eq!(help.parameters[1].documentation, "`none` where it is left out");
}

#[test]
fn the_innermost_call_counts() {
    assert_eq!(help("{{ env(name=lower($0)) }}"), "");
    assert_eq!(help("{{ env(name=(svc | replace(from='a', $0))) }}"), "| replace(from, ⟨to⟩)");
    assert_eq!(help("{{ env(name=range(end=1)[0]$0) }}"), "env(⟨name⟩, default?)");
    assert_eq!(help("{% if ($0svc) %}{% endif %}"), "");
    assert_eq!(help("{% macro mine(a, b) %}{{ self::mine(1, $0) }}{% endmacro %}"), "self::mine(a, ⟨b⟩)");
    for outside in ["{{ env$0() }}", "{{ env()$0 }}", "a = \"env($0)\"", "# {{ env($0) }}", "{{ nothing($0) }}"] {
        assert_eq!(help(outside), "", "{outside}");
    }
}
