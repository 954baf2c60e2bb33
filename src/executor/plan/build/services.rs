//! The services of a test.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{
    HealthProbe, NetworkMode, Place, PlannedPort, PlannedService, PlannedVolume, ServiceResources, VolumeSource, Wait,
};
use super::header_or;
use super::values::{Values, milliseconds_of};
use crate::config::TestConfig;
use crate::config::model::{
    EffectiveKind, ImageSource, Keyed, NoAmount, SERVICE_KINDS, Scalar, Service, Spanned, Text, Volume,
};
use crate::executor::Failure;

/// A service with what keeps it from being started, which matters where something needs it.
pub(super) struct ReadService {
    pub planned: PlannedService,
    pub mistakes: Vec<Failure>,
}

/// All services of a test, in their order.
pub(super) fn all(config: &TestConfig, folder: &Path, values: &mut Values<'_>) -> Vec<ReadService> {
    let services = &config.services;
    let before = std::mem::take(&mut values.mistakes);
    let read = services
        .iter()
        .map(|service| {
            let planned = read(service, services, folder, values);
            ReadService { planned, mistakes: std::mem::take(&mut values.mistakes) }
        })
        .collect();
    values.mistakes = before;
    read
}

fn read(service: &Service, all: &[Service], folder: &Path, values: &mut Values<'_>) -> PlannedService {
    let name = service.name.text.clone();
    let path = format!("services.{name}");
    let header = values.place(&*path, header_or(service.header, service.name.span));
    if service.name.unknown {
        values.mistake(&header, "the name of this service is not known".to_owned(), None);
    }
    let (kind, kind_is_known, kind_place, default_image) = kind(service, &header, &path, values);
    let image = values.maybe(service.image.as_ref(), &format!("{path}.image"));
    let image_place = match &service.image {
        Some(image) => values.place(format!("{path}.image"), image.span),
        None => header.clone(),
    };
    let image = image.or(default_image);
    if image.is_none() && service.image.is_none() && !runs_elsewhere(service) {
        let (message, help) = if kind_is_known {
            (format!("service `{name}` names no image"), format!("write `image = \"…\"` into `[{path}]`"))
        } else {
            let known: Vec<_> = SERVICE_KINDS.iter().map(|kind| format!("`{}`", kind.name)).collect();
            let message = format!("`{kind}` is no kind of service that is known, and service `{name}` names no image");
            (message, format!("write an image, or one of {}", known.join(", ")))
        };
        values.mistake(if kind_is_known { &header } else { &kind_place }, message, help);
    } else if !kind_is_known {
        values.note(format!("`{kind}` is no kind of service that is known: `{name}` runs as a plain container"));
    }
    no_amounts(service, &path, values);
    if kind != "surrealdb" {
        let keys = [
            ("username", service.username.is_some()),
            ("password", service.password.is_some()),
            ("strict", service.strict.is_some()),
        ];
        for (key, _) in keys.iter().filter(|(_, is_set)| *is_set) {
            values.note(format!("`{path}.{key}` has no effect: it is a key of a `surrealdb` service"));
        }
    }
    PlannedService {
        command: command(service, &path, values),
        env: values.environment(&service.env, &format!("{path}.env")),
        ports: ports(service, &path, values),
        volumes: service
            .volumes
            .iter()
            .enumerate()
            .filter_map(|(index, it)| volume(it, folder, &format!("{path}.volumes[{index}]"), values))
            .collect(),
        workdir: values.maybe(service.workdir.as_ref(), &format!("{path}.workdir")),
        user: values.maybe(service.user.as_ref(), &format!("{path}.user")),
        health: health(service, &path, values),
        waits: waits(service, &path, values),
        start_timeout: service
            .start_timeout_ms
            .map(|it| (milliseconds_of(it.value), values.place(format!("{path}.timeout"), it.span))),
        depends_on: depends_on(service, all, &path, values),
        resources: ServiceResources {
            memory_mb: service.limits.memory_mb.map(|it| it.value.ceil().max(0.0) as u64).filter(|it| *it > 0),
            cpu_millis: service.limits.cpu_millis.map(|it| it.value.ceil().max(0.0) as u64).filter(|it| *it > 0),
        },
        network: network(service, &path, values),
        language_model: language_model(service, &kind, &path, values),
        username: values.maybe(service.username.as_ref(), &format!("{path}.username")),
        password: values.maybe(service.password.as_ref(), &format!("{path}.password")),
        strict: service.strict.is_some_and(|it| it.value),
        name,
        place: header,
        kind,
        kind_is_known,
        kind_place,
        image,
        image_place,
    }
}

/// Limits and times that nobody can read: a service without the limit that was meant would be another one.
fn no_amounts(service: &Service, path: &str, values: &mut Values<'_>) {
    for NoAmount { key, text } in &service.no_amounts {
        let here = format!("{path}.{key}");
        let Some(known) = values.text(text, &here) else { continue };
        let place = values.place(here, text.span);
        let example = match key.rsplit('.').next() {
            Some("memory_limit") => "256m",
            Some("cpu_limit") => "0.5",
            _ => "30s",
        };
        values.mistake(&place, format!("`{known}` says no amount"), format!("write one such as `{example}`"));
    }
}

/// The kind, whether it is known, where it is stated, and its image.
fn kind(
    service: &Service,
    header: &Place,
    path: &str,
    values: &mut Values<'_>,
) -> (String, bool, Place, Option<String>) {
    let written = service.plugin.as_ref().or(service.kind.as_ref());
    let place = match written {
        Some(text) => values.place(format!("{path}.plugin"), text.span),
        None => header.clone(),
    };
    match service.effective_kind() {
        EffectiveKind::Known(kind) => {
            let image = match kind.image {
                ImageSource::Default(image) => Some(image.to_owned()),
                ImageSource::Required | ImageSource::None => None,
            };
            (kind.name.to_owned(), true, place, image)
        }
        EffectiveKind::Label(label) => (label.raw().to_owned(), false, place, None),
        EffectiveKind::Unknown => {
            values.mistake(&place, "what kind of service this is, is not known".to_owned(), None);
            (String::new(), true, place, None)
        }
    }
}

/// Whether nothing is started for the service.
fn runs_elsewhere(service: &Service) -> bool {
    matches!(service.effective_kind(), EffectiveKind::Known(kind) if kind.image == ImageSource::None)
        || matches!(service.effective_kind(), EffectiveKind::Unknown)
}

/// `command`, then `args`.
fn command(service: &Service, path: &str, values: &mut Values<'_>) -> Vec<String> {
    let mut words = match &service.command {
        Some(command) => {
            values.command(command, service.command_is_text, &format!("{path}.command")).unwrap_or_default()
        }
        None => Vec::new(),
    };
    if let Some(args) = &service.args {
        words.extend(values.texts(&args.value, &format!("{path}.args")).unwrap_or_default());
    }
    words
}

/// The arguments that a server of language models gets for what the test says of its model. What it has no argument for is told.
fn language_model(service: &Service, kind: &str, path: &str, values: &mut Values<'_>) -> Vec<String> {
    let mut arguments = Vec::new();
    for Keyed { key, value } in &service.language_model {
        let flag = match (kind, key.text.as_str()) {
            ("vllm", "model" | "model_id" | "default_model") => "--model",
            ("vllm", "max_model_len") => "--max-model-len",
            ("vllm", "max_num_seqs") => "--max-num-seqs",
            ("vllm", "tensor_parallel_size") => "--tensor-parallel-size",
            ("tgi", "model" | "model_id" | "default_model") => "--model-id",
            ("tgi", "tensor_parallel_size") => "--num-shard",
            _ => {
                values.note(format!("`{path}.{}` has no effect: a run tells `{kind}` nothing of it", key.text));
                continue;
            }
        };
        let here = format!("{path}.{}", key.text);
        let said = match value {
            Scalar::Text(text) => values.text(text, &here),
            Scalar::Integer(number) => Some(number.value.to_string()),
            other => {
                let place = values.place(&*here, other.span());
                values.mistake(&place, format!("`{here}` is neither a text nor a number"), None);
                None
            }
        };
        arguments.extend(said.map(|said| [flag.to_owned(), said]).into_iter().flatten());
    }
    arguments
}

fn ports(service: &Service, path: &str, values: &Values<'_>) -> Vec<PlannedPort> {
    let ports = service.ports.iter().enumerate().map(|(index, port)| PlannedPort {
        host: port.host.map(|host| host.value),
        container: port.container.value,
        protocol: port.protocol,
        place: values.place(format!("{path}.ports[{index}]"), port.span),
    });
    ports.collect()
}

fn volume(volume: &Volume, folder: &Path, path: &str, values: &mut Values<'_>) -> Option<PlannedVolume> {
    let place = values.place(path, volume.span);
    let Some(container) = &volume.container else {
        values.mistake(&place, "where this volume is mounted is not known".to_owned(), None);
        return None;
    };
    let container = values.text(container, path)?;
    let source = match &volume.host {
        None => VolumeSource::Anonymous,
        Some(host) => source(&values.text(host, path)?, folder),
    };
    Some(PlannedVolume { source, container, read_only: volume.read_only, place })
}

/// What a host path means: `~`, `$HOME`, `${HOME}` and `$PWD`, `${PWD}` at its start are those of this process, a name without a
/// slash is a volume, and what is relative is so from the folder of the test.
fn source(host: &str, folder: &Path) -> VolumeSource {
    let expanded = |prefixes: &[&str], base: Option<PathBuf>| {
        let rest = prefixes.iter().find_map(|prefix| host.strip_prefix(prefix))?;
        let rest = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
        Some(base?.join(rest))
    };
    let home = || std::env::home_dir();
    if let Some(path) = expanded(&["~", "$HOME", "${HOME}"], home()) {
        return VolumeSource::Host(path);
    }
    if let Some(path) = expanded(&["$PWD", "${PWD}"], std::env::current_dir().ok()) {
        return VolumeSource::Host(path);
    }
    let is_name = !host.contains(['/', '\\']) && !host.starts_with('.') && !host.is_empty();
    if is_name {
        VolumeSource::Named(host.to_owned())
    } else {
        VolumeSource::Host(folder.join(host).components().collect())
    }
}

fn health(service: &Service, path: &str, values: &mut Values<'_>) -> Option<HealthProbe> {
    let check = service.health_check.as_ref()?;
    let here = format!("{path}.health_check");
    let place = values.place(&*here, check.header);
    let command = check.command.as_ref()?;
    let words = match command.value.as_slice() {
        [text] if check.command_is_text => shell(values.text(text, &here)?),
        texts => {
            let words = values.texts(texts, &here)?;
            match words.split_first() {
                Some((first, [])) if first == "NONE" => return None,
                Some((first, rest)) if first == "CMD-SHELL" => shell(rest.join(" ")),
                Some((first, rest)) if first == "CMD" => rest.to_vec(),
                _ => words,
            }
        }
    };
    if words.is_empty() {
        values.mistake(&place, format!("`{here}` names no program"), None);
        return None;
    }
    let time = |time: Option<Spanned<f64>>| time.map(|it| milliseconds_of(it.value));
    Some(HealthProbe {
        command: words,
        interval: time(check.interval_ms),
        timeout: time(check.timeout_ms),
        retries: check.retries.and_then(|it| u32::try_from(it.value).ok()),
        start_period: time(check.start_period_ms),
        place,
    })
}

fn shell(command: String) -> Vec<String> {
    vec!["sh".to_owned(), "-c".to_owned(), command]
}

fn waits(service: &Service, path: &str, values: &mut Values<'_>) -> Vec<Wait> {
    let mut waits = Vec::new();
    let strategy_path = format!("{path}.wait_strategy");
    let log = service.wait_log_message.as_ref();
    if let Some(message) = log
        && let Some(text) = values.text(message, &format!("{path}.wait_log_message"))
    {
        waits.push(Wait::Log(text, values.place(format!("{path}.wait_log_message"), message.span)));
    }
    if let Some(strategy) = &service.wait_strategy
        && let Some(word) = values.text(strategy, &strategy_path)
    {
        let place = values.place(&*strategy_path, strategy.span);
        match word.to_ascii_lowercase().as_str() {
            "log" if log.is_some() => {}
            "log" => values.mistake(
                &place,
                "`wait_strategy = \"log\"` needs to know for which text to wait".to_owned(),
                "write it as `wait_log_message`".to_owned(),
            ),
            "port" | "ports" | "tcp" => waits.push(Wait::Ports(place)),
            "health" | "healthy" | "health_check" if service.health_check.is_some() => waits.push(Wait::Health(place)),
            // The image may have a health check of its own.
            "health" | "healthy" | "health_check" => waits.push(Wait::Health(place)),
            "exit" => waits.push(Wait::Exit(place)),
            "none" => {}
            _ => values.mistake(
                &place,
                format!("`{word}` is no way to wait for a service"),
                "write `log`, `port`, `health`, `exit` or `none`".to_owned(),
            ),
        }
    }
    if let Some(check) = &service.health_check
        && !waits.iter().any(|wait| matches!(wait, Wait::Health(_)))
    {
        waits.push(Wait::Health(values.place(format!("{path}.health_check"), check.header)));
    }
    if let Some(span) = &service.wait_for_span
        && let Some(name) = values.text(span, &format!("{path}.wait_for_span"))
    {
        let seconds = service.wait_for_span_timeout_secs.and_then(|it| u64::try_from(it.value).ok()).unwrap_or(30);
        let place = values.place(format!("{path}.wait_for_span"), span.span);
        waits.push(Wait::Span { name, timeout: Duration::from_secs(seconds), place });
    }
    waits
}

fn depends_on(service: &Service, all: &[Service], path: &str, values: &mut Values<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, reference) in service.depends_on.iter().enumerate() {
        let here = format!("{path}.depends_on[{index}]");
        let Some(name) = values.text(reference, &here) else { continue };
        match position(all, &name) {
            Some(index) => found.push(index),
            None => {
                let place = values.place(here, reference.span);
                values.mistake(&place, format!("there is no service `{name}`"), None);
            }
        }
    }
    found
}

/// The index of the service with this name.
pub(super) fn position(services: &[Service], name: &str) -> Option<usize> {
    services.iter().position(|service| service.name.known() == Some(name))
}

fn network(service: &Service, path: &str, values: &mut Values<'_>) -> Option<(NetworkMode, Place)> {
    let network = service.network.as_ref()?;
    let place = values.place(format!("{path}.network"), network.span);
    if let Some(external) = network.external_access {
        return Some((if external.value { NetworkMode::Open } else { NetworkMode::Internal }, place));
    }
    let mode: &Text = network.mode.as_ref()?;
    let mode = values.text(mode, &format!("{path}.network"))?;
    let mode = match mode.to_ascii_lowercase().as_str() {
        "none" | "sealed" => NetworkMode::Sealed,
        "internal" | "isolated" => NetworkMode::Internal,
        "open" | "bridge" | "host" | "default" => NetworkMode::Open,
        _ => {
            values.mistake(
                &place,
                format!("`{mode}` is no kind of network"),
                "write `none`, `internal` or `open`".to_owned(),
            );
            return None;
        }
    };
    Some((mode, place))
}
