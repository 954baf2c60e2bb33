//! `[services.*]` and `[service.*]`: each spelling of environment, ports, volumes and health checks.

use toml::de::{DeTable, DeValue};

use super::source::{Key, Source, Value, has_expression};
use crate::config::model::{
    EnvironmentVariable, HealthCheck, Keyed, Name, NoAmount, Port, Protocol, Scalar, Service, ServiceLimits,
    ServiceNetwork, ServiceTable, Spanned, Text, Volume,
};
use crate::config::{duration, quantity};

pub(super) fn services(source: &Source<'_>, value: &Value<'_>, table: ServiceTable, services: &mut Vec<Service>) {
    let Some(entries) = value.get_ref().as_table() else { return };
    services.reserve(entries.len());
    services.extend(entries.iter().filter_map(|(key, value)| service(source, key, value, table)));
}

fn service(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, table: ServiceTable) -> Option<Service> {
    let entries = value.get_ref().as_table()?;
    let mut service = Service {
        table,
        name: source.name(key),
        header: source.header(key, value),
        plugin: None,
        kind: None,
        extends: None,
        image: None,
        args: None,
        command: None,
        command_is_text: false,
        env: Vec::new(),
        ports: Vec::new(),
        volumes: Vec::new(),
        health_check: None,
        wait_for_span: None,
        wait_for_span_timeout_secs: None,
        depends_on: Vec::new(),
        workdir: None,
        user: None,
        limits: ServiceLimits::default(),
        no_amounts: Vec::new(),
        network: None,
        start_timeout_ms: None,
        wait_strategy: None,
        wait_log_message: None,
        language_model: Vec::new(),
        username: None,
        password: None,
        strict: None,
    };
    for (key, value) in entries.iter() {
        match key.get_ref().as_ref() {
            "plugin" => service.plugin = source.text(value),
            "type" => service.kind = source.text(value),
            "extends" => service.extends = source.text(value),
            "image" => service.image = source.text(value),
            "args" => service.args = source.texts(value),
            "command" => {
                service.command_is_text = value.get_ref().is_str();
                service.command = source.texts(value);
            }
            "env" | "environment" | "env_vars" => environment(source, value, &mut service.env),
            "ports" => service.ports = ports(source, value),
            "volumes" => service.volumes = volumes(source, value),
            "health_check" | "healthcheck" => service.health_check = health_check(source, key, value, &mut service),
            "wait_for_span" => service.wait_for_span = source.text(value),
            "wait_for_span_timeout_secs" => service.wait_for_span_timeout_secs = source.integer(value),
            "depends_on" => service.depends_on = source.text_list(value),
            "workdir" | "working_dir" => service.workdir = source.text(value),
            "user" => service.user = source.text_or_number(value),
            "limits" | "resources" => limits(source, value, &mut service),
            "memory_limit" => {
                service.limits.memory_mb = service.amount("memory_limit", memory(source, value));
            }
            "cpu_limit" => service.limits.cpu_millis = service.amount("cpu_limit", processors(source, value)),
            "network" => service.network = Some(network(source, value)),
            "timeout" | "timeout_sec" => {
                service.start_timeout_ms = service.amount("timeout", time(source, value));
            }
            "wait_strategy" => service.wait_strategy = source.text(value),
            "wait_log_message" => service.wait_log_message = source.text(value),
            "model" | "model_id" | "default_model" | "max_model_len" | "max_num_seqs" | "tensor_parallel_size" => {
                service.language_model.push(Keyed { key: source.name(key), value: source.scalar(value) });
            }
            "username" => service.username = source.text(value),
            "password" => service.password = source.text(value),
            "strict" => service.strict = source.boolean(value),
            _ => {}
        }
    }
    Some(service)
}

fn limits(source: &Source<'_>, value: &Value<'_>, service: &mut Service) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "memory_mb" => service.limits.memory_mb = source.float(value),
            "memory_limit" | "memory" => {
                service.limits.memory_mb = service.amount("limits.memory_limit", memory(source, value));
            }
            "cpu_millicores" => service.limits.cpu_millis = source.float(value),
            "cpu_limit" | "cpu" | "cpus" => {
                service.limits.cpu_millis = service.amount("limits.cpu_limit", processors(source, value));
            }
            _ => {}
        }
    }
}

/// An amount; or the text that says none.
type Amount = Result<Spanned<f64>, Option<Text>>;

impl Service {
    /// The amount at a key. A text that says none is remembered.
    fn amount(&mut self, key: &'static str, amount: Amount) -> Option<Spanned<f64>> {
        match amount {
            Ok(amount) => Some(amount),
            Err(text) => {
                self.no_amounts.extend(text.map(|text| NoAmount { key, text }));
                None
            }
        }
    }
}

/// An amount of memory in MiB: a text such as `256m`, or a number of bytes.
fn memory(source: &Source<'_>, value: &Value<'_>) -> Amount {
    if let Some(bytes) = source.integer(value) {
        return Ok(Spanned::new(bytes.value as f64 / f64::from(1 << 20), bytes.span));
    }
    let text = source.text(value).ok_or(None)?;
    match text.known().and_then(quantity::bytes) {
        Some(bytes) => Ok(Spanned::new(bytes / f64::from(1 << 20), text.span)),
        None => Err(Some(text)),
    }
}

/// Processors, as a number or a text such as `0.5` or `500m`, in thousandths.
fn processors(source: &Source<'_>, value: &Value<'_>) -> Amount {
    if let Some(count) = source.float(value) {
        return Ok(Spanned::new(count.value * 1000.0, count.span));
    }
    let text = source.text(value).ok_or(None)?;
    match text.known().and_then(quantity::cpu_millis) {
        Some(millis) => Ok(Spanned::new(millis, text.span)),
        None => Err(Some(text)),
    }
}

fn network(source: &Source<'_>, value: &Value<'_>) -> ServiceNetwork {
    let mut network =
        ServiceNetwork { mode: source.text(value), external_access: None, span: source.span(value.span()) };
    if let DeValue::Table(table) = value.get_ref() {
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "mode" => network.mode = source.text(value),
                "external_access" => network.external_access = source.boolean(value),
                _ => {}
            }
        }
    }
    network
}

/// Environment variables as a map or as a list of `NAME=value`.
pub(super) fn environment(source: &Source<'_>, value: &Value<'_>, variables: &mut Vec<EnvironmentVariable>) {
    match value.get_ref() {
        DeValue::Table(table) => variables.extend(
            table
                .iter()
                .map(|(key, value)| EnvironmentVariable { name: source.name(key), value: Some(source.scalar(value)) }),
        ),
        DeValue::Array(items) => variables.extend(items.iter().filter_map(|item| list_variable(source, item))),
        _ => {}
    }
}

fn list_variable(source: &Source<'_>, item: &Value<'_>) -> Option<EnvironmentVariable> {
    let text = source.text(item)?;
    let (name, value) = split_at_equals(&text, source.in_string);
    Some(EnvironmentVariable { name, value: value.map(Scalar::Text) })
}

/// Splits `key=value`. Both halves are unknown where the whole is a hole; with an expression in it, only the half that
/// holds the expression.
pub(super) fn split_at_equals(text: &Text, in_string: bool) -> (Name, Option<Text>) {
    let raw = text.raw();
    let unknown = |part: &str| text.known().is_none() && (!in_string || !has_expression(raw) || has_expression(part));
    let make_name = |part: &str, span| Name { text: part.to_owned(), span, unknown: unknown(part) };
    let Some(equals) = raw.find('=') else { return (make_name(raw, text.span), None) };
    let (name, value) = (&raw[..equals], &raw[equals + 1..]);
    let value_span = text.part(equals + 1, raw.len());
    let make = if unknown(value) { Text::unknown } else { Text::new };
    (make_name(name, text.part(0, equals)), Some(make(value.to_owned(), value_span, value_span)))
}

fn ports(source: &Source<'_>, value: &Value<'_>) -> Vec<Port> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(|item| port(source, item)).collect(),
        _ => port(source, value).into_iter().collect(),
    }
}

fn port(source: &Source<'_>, value: &Value<'_>) -> Option<Port> {
    if let Some(number) = source.integer(value) {
        let number = Spanned::new(u16::try_from(number.value).ok().filter(|port| *port != 0)?, number.span);
        return Some(Port { host: Some(number), container: number, protocol: Protocol::Tcp, span: number.span });
    }
    if let DeValue::Table(table) = value.get_ref() {
        return port_table(source, value, table);
    }
    let text = source.text(value)?;
    let (host, container, protocol) = split_port(text.known()?)?;
    let place = |(number, start, end)| Spanned::new(number, text.part(start, end));
    Some(Port { host: Some(place(host)), container: place(container), protocol, span: text.span })
}

/// A port written as a table. One without `host` is published on any free port, and so clashes with none.
fn port_table(source: &Source<'_>, value: &Value<'_>, table: &DeTable<'_>) -> Option<Port> {
    let number = |value: &Value<'_>| {
        let number = source.integer(value)?;
        Some(Spanned::new(u16::try_from(number.value).ok().filter(|port| *port != 0)?, number.span))
    };
    let host = match table.get("host") {
        Some(value) => Some(number(value)?),
        None => None,
    };
    let protocol = match table.get("protocol").and_then(|value| source.text(value)) {
        Some(text) => Protocol::named(text.known()?)?,
        None => Protocol::Tcp,
    };
    let container = number(table.get("container")?)?;
    Some(Port { host, container, protocol, span: source.span(value.span()) })
}

/// A number with its place in the text that it stands in.
type PlacedPort = (u16, usize, usize);

/// Host and container port, and the protocol, of `port`, `host:container`, `address:host:container`, each with an optional `/protocol`.
pub(crate) fn split_port(text: &str) -> Option<(PlacedPort, PlacedPort, Protocol)> {
    let (ports, protocol) = match text.split_once('/') {
        Some((ports, name)) => (ports, Protocol::named(name)?),
        None => (text, Protocol::Tcp),
    };
    let number = |start: usize, end: usize| {
        let digits = ports.get(start..end).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((digits.parse::<u16>().ok().filter(|port| *port != 0)?, start, end))
    };
    let Some(colon) = ports.rfind(':') else {
        let only = number(0, ports.len())?;
        return Some((only, only, protocol));
    };
    let container = number(colon + 1, ports.len())?;
    let host_start = ports[..colon].rfind(':').map_or(0, |address_end| address_end + 1);
    Some((number(host_start, colon)?, container, protocol))
}

fn volumes(source: &Source<'_>, value: &Value<'_>) -> Vec<Volume> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(|item| volume(source, item)).collect(),
        _ => volume(source, value).into_iter().collect(),
    }
}

fn volume(source: &Source<'_>, value: &Value<'_>) -> Option<Volume> {
    let span = source.span(value.span());
    if let DeValue::Table(table) = value.get_ref() {
        let mut volume = Volume { host: None, container: None, read_only: false, span };
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "host_path" => volume.host = source.text(value),
                "container_path" => volume.container = source.text(value),
                "read_only" => volume.read_only = source.boolean(value).is_some_and(|read_only| read_only.value),
                _ => {}
            }
        }
        return Some(volume);
    }
    let text = source.text(value)?;
    let Some(known) = text.known() else { return Some(Volume { host: None, container: None, read_only: false, span }) };
    let (host, container, mode) = split_volume(known);
    let part = |start: usize, end: usize| {
        let place = text.part(start, end);
        Text::new(known[start..end].to_owned(), place, place)
    };
    Some(Volume {
        host: host.map(|end| part(0, end)),
        container: container.map(|(start, end)| part(start, end)),
        read_only: mode.is_some_and(|mode| mode.split(',').any(|option| option == "ro")),
        span,
    })
}

/// End of the host path, place of the container path, and the mode in `host:container[:mode]`.
fn split_volume(text: &str) -> (Option<usize>, Option<(usize, usize)>, Option<&str>) {
    let mut colons = separating_colons(text);
    let Some(first) = colons.next() else { return (None, Some((0, text.len())), None) };
    match colons.next() {
        Some(second) => (Some(first), Some((first + 1, second)), Some(&text[second + 1..])),
        None => (Some(first), Some((first + 1, text.len())), None),
    }
}

/// The colons that separate the parts of a volume: not the one in `${DATA:-/tmp}`, nor that of a drive (`C:\data`).
fn separating_colons(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let mut braces = 0_usize;
    bytes.iter().enumerate().filter_map(move |(at, byte)| {
        match byte {
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b':' => {
                let is_drive = at == 1 && bytes[0].is_ascii_alphabetic() && bytes.get(2) == Some(&b'\\');
                return (braces == 0 && !is_drive).then_some(at);
            }
            _ => {}
        }
        None
    })
}

fn health_check(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, service: &mut Service) -> Option<HealthCheck> {
    let DeValue::Table(table) = value.get_ref() else {
        let command = source.texts(value)?;
        let command_is_text = value.get_ref().is_str();
        return Some(HealthCheck {
            header: source.span(key.span()),
            command: Some(command),
            command_is_text,
            ..HealthCheck::default()
        });
    };
    let mut check = HealthCheck { header: source.header(key, value), ..HealthCheck::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "cmd" | "command" => {
                check.command_is_text = value.get_ref().is_str();
                check.command = source.texts(value);
            }
            "interval" => check.interval_ms = service.amount("health_check.interval", time(source, value)),
            "timeout" => check.timeout_ms = service.amount("health_check.timeout", time(source, value)),
            "retries" => check.retries = source.integer(value),
            "start_period" => {
                check.start_period_ms = service.amount("health_check.start_period", time(source, value));
            }
            _ => {}
        }
    }
    Some(check)
}

/// Seconds as a number, or a duration text, in milliseconds.
fn time(source: &Source<'_>, value: &Value<'_>) -> Amount {
    if let Some(seconds) = source.float(value) {
        return Ok(Spanned::new(seconds.value * 1000.0, seconds.span));
    }
    let text = source.text(value).ok_or(None)?;
    match text.known().map(duration::parse) {
        Some(Ok(milliseconds)) => Ok(Spanned::new(milliseconds, text.span)),
        _ => Err(Some(text)),
    }
}

/// Seconds as a number, or a duration text.
pub(super) fn milliseconds(source: &Source<'_>, value: &Value<'_>) -> Option<Spanned<f64>> {
    time(source, value).ok()
}
