//! From what a container shall be to what the engine is told.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HealthConfig, HostConfig, HostConfigLogConfig, Mount as ApiMount,
    MountTmpfsOptions, MountType, NetworkingConfig, PortBinding,
};

use super::spec::{ContainerNetwork, ContainerSpec, INIT_PATH, Mount, MountSource};
use crate::engine::{Engine, EngineKind, ImageHealthcheck};

/// How init gets into the container.
#[derive(Clone, Copy, Debug)]
pub(super) enum InitWay<'a> {
    /// There is none.
    Absent,
    /// This file of the engine's machine is mounted.
    Mounted(&'a Path),
    /// It is uploaded before the start, into a volume of the container: a root file system that is read-only takes no upload.
    Uploaded,
}

/// The folder that init lies in.
pub(super) fn init_folder() -> &'static str {
    INIT_PATH.rsplit_once('/').map_or("/", |(folder, _)| folder)
}

pub(super) fn body(engine: &Engine, spec: &ContainerSpec, init: InitWay<'_>) -> ContainerCreateBody {
    let mut labels = spec.labels.clone();
    spec.belonging.stamp(&engine.inner.owner, SystemTime::now(), &mut labels);
    let with_init = !matches!(init, InitWay::Absent);
    let mut mounts: Vec<ApiMount> = spec.mounts.iter().map(mount).collect();
    match init {
        InitWay::Absent => {}
        InitWay::Mounted(file) => mounts.push(mount(&Mount::read_only(file, INIT_PATH))),
        InitWay::Uploaded => mounts.push(mount(&Mount {
            source: MountSource::Anonymous,
            target: init_folder().to_owned(),
            read_only: false,
        })),
    }
    let (mode, networking) = network(&spec.network);
    ContainerCreateBody {
        hostname: spec.hostname.clone(),
        user: spec.user.clone(),
        // The tether: one client holds its input, and when that goes, so does the input.
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        tty: Some(false),
        exposed_ports: Some(
            spec.ports.iter().map(|port| format!("{}/{}", port.container, port.protocol.name())).collect(),
        ),
        env: Some(spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
        entrypoint: if with_init { Some(vec![INIT_PATH.to_owned()]) } else { spec.entrypoint.clone() },
        // An entry point of its own makes the engine forget the image's arguments, so none is said as an empty list.
        cmd: if with_init { Some(spec.command.clone().unwrap_or_default()) } else { spec.command.clone() },
        healthcheck: spec.healthcheck.as_ref().map(healthcheck),
        image: Some(spec.image.clone()),
        working_dir: spec.workdir.clone(),
        // Podman 5 stops what it shall remove by force, and waits ten seconds for that unless it is told otherwise.
        stop_timeout: (engine.info().kind == EngineKind::Podman).then_some(0),
        labels: Some(labels),
        host_config: Some(HostConfig {
            memory: signed(spec.memory),
            // The same as memory: no swap beside it, so that the limit means what it says.
            memory_swap: signed(spec.memory),
            nano_cpus: signed(spec.nano_cpus),
            pids_limit: signed(spec.pids),
            shm_size: signed(spec.shared_memory),
            // All output goes over the attached streams; a log beside it makes them four times slower and fills the disk.
            log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
            network_mode: Some(mode),
            port_bindings: Some(port_bindings(spec)),
            auto_remove: Some(true),
            mounts: Some(mounts),
            cap_add: Some(spec.cap_add.clone()),
            cap_drop: Some(spec.cap_drop.clone()),
            extra_hosts: Some(spec.extra_hosts.clone()),
            privileged: Some(spec.privileged),
            readonly_rootfs: Some(spec.read_only),
            security_opt: (!spec.new_privileges && !spec.privileged).then(|| vec!["no-new-privileges".to_owned()]),
            ..HostConfig::default()
        }),
        networking_config: networking,
        ..ContainerCreateBody::default()
    }
}

fn network(network: &ContainerNetwork) -> (String, Option<NetworkingConfig>) {
    match network {
        ContainerNetwork::None => ("none".to_owned(), None),
        ContainerNetwork::Bridge => ("bridge".to_owned(), None),
        ContainerNetwork::Host => ("host".to_owned(), None),
        ContainerNetwork::Own { network, aliases } => {
            let settings = EndpointSettings { aliases: Some(aliases.clone()), ..EndpointSettings::default() };
            let endpoints = HashMap::from([(network.name().to_owned(), settings)]);
            (network.name().to_owned(), Some(NetworkingConfig { endpoints_config: Some(endpoints) }))
        }
    }
}

fn port_bindings(spec: &ContainerSpec) -> HashMap<String, Option<Vec<PortBinding>>> {
    let mut bindings: HashMap<String, Option<Vec<PortBinding>>> = HashMap::new();
    for port in &spec.ports {
        let binding = PortBinding {
            host_ip: Some(port.address.to_string()),
            host_port: Some(port.host.unwrap_or(0).to_string()),
        };
        let key = format!("{}/{}", port.container, port.protocol.name());
        bindings.entry(key).or_default().get_or_insert_default().push(binding);
    }
    bindings
}

fn mount(mount: &Mount) -> ApiMount {
    let (typ, source, size) = match &mount.source {
        MountSource::Bind(path) => (MountType::BIND, Some(path.to_string_lossy().into_owned()), None),
        MountSource::Volume(name) => (MountType::VOLUME, Some(name.clone()), None),
        MountSource::Anonymous => (MountType::VOLUME, None, None),
        MountSource::Memory(size) => (MountType::TMPFS, None, Some(*size)),
    };
    ApiMount {
        target: Some(mount.target.clone()),
        source,
        typ: Some(typ),
        read_only: Some(mount.read_only),
        tmpfs_options: size.map(|size| MountTmpfsOptions {
            size_bytes: signed(size),
            // As /tmp is: everybody may make files, nobody may remove those of others.
            mode: Some(0o1777),
            options: None,
        }),
        ..ApiMount::default()
    }
}

fn healthcheck(check: &ImageHealthcheck) -> HealthConfig {
    let nanoseconds = |time: Option<Duration>| time.and_then(|time| i64::try_from(time.as_nanos()).ok());
    HealthConfig {
        test: Some(check.test.clone()),
        interval: nanoseconds(check.interval),
        timeout: nanoseconds(check.timeout),
        retries: check.retries,
        start_period: nanoseconds(check.start_period),
        start_interval: None,
    }
}

fn signed(number: Option<u64>) -> Option<i64> {
    number.map(|number| i64::try_from(number).unwrap_or(i64::MAX))
}
