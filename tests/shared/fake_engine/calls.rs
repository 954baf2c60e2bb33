//! The calls of Docker's API that clnrm makes, one after the other.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use super::connection::{Connection, Request, answer, begin, line_of};
use super::containers::{self, Container};
use super::faults::{Call, Fault};
use super::{Shared, State, processes};
use std::io::Write as _;

/// Serves the one request of a connection.
pub fn serve(shared: &Arc<Shared>, mut connection: Connection) {
    let Ok(request) = Request::read(&mut connection) else { return };
    if !shared.is_alive() {
        return;
    }
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let Some(call) = call(&request.method, &parts) else {
        let message = format!("page not found: {} {}", request.method, request.path);
        return answer(&mut connection, 404, &json!({ "message": message }));
    };
    let fault = {
        let mut state = shared.state();
        state.requests.push(format!("{} {}?{}", request.method, request.path, request.query));
        let id = parts.get(1).copied().unwrap_or_default();
        let scenario = match call {
            Call::CreateContainer | Call::CreateNetwork | Call::CreateVolume => {
                request.json()["Labels"]["dev.clnrm.scenario"].as_str().unwrap_or_default().to_owned()
            }
            Call::Pull => request.query("fromImage"),
            _ => state.container(id).map(|it| it.scenario().to_owned()).unwrap_or_default(),
        };
        state.fault_of(call, &scenario)
    };
    match &fault {
        Some(Fault::Hang) => return connection.until_gone(),
        Some(Fault::Answer(status, message)) => {
            return answer(&mut connection, *status, &json!({ "message": message }));
        }
        Some(Fault::Raw(bytes)) => {
            let _ = connection.write_all(bytes.as_bytes());
            return;
        }
        _ => {}
    }
    obey(shared, call, &request, &parts, connection, fault);
}

fn call(method: &str, parts: &[&str]) -> Option<Call> {
    Some(match (method, parts) {
        (_, ["_ping"]) => Call::Ping,
        ("GET", ["version"]) => Call::Version,
        ("GET", ["info"]) => Call::Info,
        ("GET", ["events"]) => Call::Events,
        ("POST", ["images", "create"]) => Call::Pull,
        ("GET", ["images", .., "json"]) => Call::InspectImage,
        ("POST", ["containers", "create"]) => Call::CreateContainer,
        ("GET", ["containers", "json"]) => Call::List,
        ("PUT", ["containers", _, "archive"]) => Call::Upload,
        ("POST", ["containers", _, "attach"]) => Call::Attach,
        ("POST", ["containers", _, "start"]) => Call::Start,
        ("POST", ["containers", _, "wait"]) => Call::Wait,
        ("POST", ["containers", _, "kill"]) => Call::Kill,
        ("POST", ["containers", _, "stop"]) => Call::Stop,
        ("GET", ["containers", _, "json"]) => Call::Inspect,
        ("DELETE", ["containers", _]) => Call::Remove,
        ("POST", ["networks", "create"]) => Call::CreateNetwork,
        ("GET", ["networks"]) => Call::ListNetworks,
        ("DELETE", ["networks", _]) => Call::RemoveNetwork,
        ("POST", ["volumes", "create"]) => Call::CreateVolume,
        ("GET", ["volumes"]) => Call::ListVolumes,
        ("DELETE", ["volumes", _]) => Call::RemoveVolume,
        _ => return None,
    })
}

fn obey(
    shared: &Arc<Shared>,
    call: Call,
    request: &Request,
    parts: &[&str],
    mut connection: Connection,
    fault: Option<Fault>,
) {
    let id = parts.get(1).copied().unwrap_or_default();
    let gone = || json!({ "message": format!("No such container: {id}") });
    let podman = shared.state().podman;
    let (status, document) = match call {
        Call::Ping => return ping(shared, &mut connection),
        Call::Version => (200, version(&shared.state())),
        Call::Info => (200, info(podman)),
        Call::Events => return events(shared, connection),
        Call::InspectImage => inspect_image(&shared.state(), &parts[1..parts.len() - 1].join("/")),
        Call::Pull => return pull(shared, request, connection, fault),
        Call::CreateContainer => create(shared, request),
        Call::Upload => {
            let folder = shared.uploads.join(id);
            match tar::Archive::new(&*request.body).unpack(folder) {
                Ok(()) => (200, Value::Null),
                Err(error) => (500, json!({ "message": error.to_string() })),
            }
        }
        Call::Attach => return attach(shared, id, connection),
        Call::Start => match containers::start(shared, id, fault) {
            Ok(()) => (204, Value::Null),
            Err((status, message)) => (status, json!({ "message": message })),
        },
        Call::Wait => return wait(shared, id, connection),
        Call::Inspect => match shared.state().container(id) {
            Some(container) => (200, container.inspected()),
            None => (404, gone()),
        },
        Call::Kill | Call::Stop => {
            let found = shared.state().container(id).map(|it| it.pid);
            let signal = if call == Call::Stop { "KILL".to_owned() } else { request.query("signal") };
            match found {
                Some(Some(pid)) => {
                    processes::signal(pid, &signal);
                    (204, Value::Null)
                }
                Some(None) if podman => {
                    let message = format!("can only kill running containers. {id}: container state improper");
                    (500, json!({ "message": message }))
                }
                Some(None) => (409, json!({ "message": format!("Container {id} is not running") })),
                None => (404, gone()),
            }
        }
        Call::Remove => remove(shared, id),
        Call::List => {
            let state = shared.state();
            let all = request.query("all") == "true";
            let listed = state.containers.iter().filter(|it| all || it.is_running());
            (200, listed.map(Container::listed).filter(|it| asked_for(request, it)).collect())
        }
        Call::CreateNetwork => create_network(shared, request),
        Call::ListNetworks => {
            (200, shared.state().networks.iter().filter(|it| asked_for(request, it)).cloned().collect())
        }
        Call::CreateVolume => {
            let mut volume = request.json();
            volume["Mountpoint"] = "/".into();
            volume["Driver"] = "local".into();
            volume["Scope"] = "local".into();
            volume["Options"] = json!({});
            shared.state().volumes.push(volume.clone());
            (201, volume)
        }
        Call::ListVolumes => {
            let state = shared.state();
            let volumes: Vec<Value> = state.volumes.iter().filter(|it| asked_for(request, it)).cloned().collect();
            (200, json!({ "Volumes": volumes, "Warnings": [] }))
        }
        Call::RemoveVolume => {
            let mut state = shared.state();
            let uses = |it: &Container| it.body["HostConfig"]["Mounts"].to_string().contains(&format!("\"{id}\""));
            if state.containers.iter().any(uses) {
                (409, json!({ "message": format!("remove {id}: volume is in use") }))
            } else {
                state.volumes.retain(|it| it["Name"] != id);
                (204, Value::Null)
            }
        }
        Call::RemoveNetwork => {
            let mut state = shared.state();
            let found = state.networks.iter().find(|it| it["Id"] == id || it["Name"] == id);
            let name = found.and_then(|it| it["Name"].as_str()).unwrap_or_default().to_owned();
            let is_used = state.containers.iter().any(|it| it.body["HostConfig"]["NetworkMode"] == name.as_str());
            if name.is_empty() {
                (404, json!({ "message": "network not found" }))
            } else if podman && is_used && name == id {
                (
                    500,
                    json!({ "message": format!("\"{name}\" has associated containers with it: network is being used") }),
                )
            } else {
                // Podman looks by its name alone whether anybody uses it.
                if podman && is_used {
                    state.bridges.push(format!("bridge of {name}"));
                }
                state.networks.retain(|it| it["Name"] != name.as_str());
                (204, Value::Null)
            }
        }
    };
    answer(&mut connection, status, &document);
}

/// Whether an object has the labels that a list is asked for.
fn asked_for(request: &Request, object: &Value) -> bool {
    let filters: Value = serde_json::from_str(&request.query("filters")).unwrap_or_default();
    let labels = filters["label"].as_array().cloned().unwrap_or_default();
    labels.iter().filter_map(Value::as_str).all(|label| match label.split_once('=') {
        Some((name, value)) => object["Labels"][name] == value,
        None => object["Labels"].get(label).is_some(),
    })
}

fn ping(shared: &Shared, connection: &mut Connection) {
    let state = shared.state();
    let podman = if state.podman { "Libpod-API-Version: 4.3.1\r\n" } else { "" };
    let head = format!("HTTP/1.1 200 OK\r\nApi-Version: {}\r\n{podman}Content-Length: 2\r\n", state.api);
    let _ = connection.write_all(format!("{head}Connection: close\r\n\r\nOK").as_bytes());
}

fn version(state: &State) -> Value {
    let name = if state.podman { "Podman Engine" } else { "Engine" };
    json!({
        "Version": if state.podman { "4.3.1" } else { "20.10.24" },
        "ApiVersion": state.api,
        "MinAPIVersion": "1.12",
        "Os": "linux",
        "Arch": std::env::consts::ARCH,
        "Components": [{ "Name": name, "Version": "1" }],
    })
}

fn info(podman: bool) -> Value {
    let of_kernel = |what| std::fs::read_to_string(format!("/proc/sys/kernel/{what}")).unwrap_or_default();
    let (kernel, name) = (of_kernel("osrelease"), of_kernel("hostname"));
    json!({
        "Name": name.trim(),
        "NCPU": 8,
        "MemTotal": 64_u64 << 30,
        "OSType": "linux",
        "Architecture": std::env::consts::ARCH,
        "KernelVersion": kernel.trim(),
        "ServerVersion": if podman { "4.3.1" } else { "20.10.24" },
        "CgroupVersion": if podman { "1" } else { "2" },
        "SystemTime": jiff::Timestamp::now().to_string(),
    })
}

fn events(shared: &Shared, mut connection: Connection) {
    let (sender, receiver) = mpsc::channel();
    let past = {
        let mut state = shared.state();
        state.listeners.push(sender);
        state.events.clone()
    };
    let mut takes = begin(&mut connection);
    for event in past {
        takes = takes && line_of(&mut connection, &event);
    }
    while takes && shared.is_alive() {
        match receiver.recv_timeout(Duration::from_millis(100)) {
            Ok(event) => takes = line_of(&mut connection, &event),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl State {
    /// What an image is known by. One that is known by its id alone has no other.
    pub fn image_id(&self, name: &str) -> String {
        if name.starts_with("sha256:") {
            return name.to_owned();
        }
        let moved = self.moved.iter().filter(|it| *it == name).count();
        let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{moved:02x}{digits:0<62.62}")
    }
}

fn inspect_image(state: &State, name: &str) -> (u16, Value) {
    match state.images.iter().find(|it| *it == name || state.image_id(it) == name) {
        Some(image) => {
            let config = state.configs.iter().find(|(name, _)| name == image).map(|(_, config)| config.clone());
            let mut config = config.unwrap_or_else(|| json!({ "Cmd": ["sh"], "Env": [] }));
            if state.podman {
                config["Healthcheck"] = Value::Null;
            }
            let id = state.image_id(image);
            (200, json!({ "Id": id, "RepoTags": [image], "Config": config, "Os": "linux", "Architecture": "amd64" }))
        }
        None => (404, json!({ "message": format!("No such image: {name}") })),
    }
}

fn pull(shared: &Shared, request: &Request, mut connection: Connection, fault: Option<Fault>) {
    let Some(Fault::Lines(pause, lines)) = fault else {
        let message = json!({ "message": "manifest unknown: manifest unknown" });
        return answer(&mut connection, 404, &message);
    };
    begin(&mut connection);
    for line in lines {
        std::thread::sleep(pause);
        if connection.write_all(format!("{line}\r\n").as_bytes()).is_err() || line.contains("\"error\"") {
            return;
        }
    }
    let (name, tag) = (request.query("fromImage"), request.query("tag"));
    let short = name.trim_start_matches("docker.io/").trim_start_matches("library/");
    let mut state = shared.state();
    state.images.extend([format!("{name}:{tag}"), format!("{short}:{tag}")]);
}

fn create(shared: &Shared, request: &Request) -> (u16, Value) {
    let mut state = shared.state();
    let body = request.json();
    let image = body["Image"].as_str().unwrap_or_default();
    if inspect_image(&state, image).0 != 200 {
        return (404, json!({ "message": format!("No such image: {image}") }));
    }
    state.number += 1;
    let id = format!("{:064x}", state.number);
    let mut missing = Vec::new();
    for mount in body["HostConfig"]["Mounts"].as_array().into_iter().flatten() {
        let source = Path::new(mount["Source"].as_str().unwrap_or_default());
        if mount["Type"] == "bind" && !source.exists() {
            missing.push(source.to_owned());
        }
    }
    if let Some(source) = missing.first().filter(|_| !state.podman) {
        let message =
            format!("invalid mount config for type \"bind\": bind source path does not exist: {}", source.display());
        return (400, json!({ "message": message }));
    }
    // Podman makes a folder of what is missing.
    missing.iter().for_each(|source| drop(std::fs::create_dir_all(source)));
    let healthcheck = state.configs.iter().find(|(name, _)| name == image || state.image_id(name) == image);
    let healthcheck = healthcheck.map(|(_, config)| config["Healthcheck"].clone()).unwrap_or_default();
    let podman = state.podman;
    state.created.push(body.clone());
    state.containers.push(Container {
        id: id.clone(),
        name: request.query("name"),
        body,
        pid: None,
        started: false,
        exit: None,
        out_of_memory: false,
        attached: None,
        podman,
        healthcheck,
    });
    (201, json!({ "Id": id, "Warnings": [] }))
}

fn attach(shared: &Shared, id: &str, mut connection: Connection) {
    let head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    let mut state = shared.state();
    let Some(container) = state.container(id) else {
        return answer(&mut connection, 404, &json!({ "message": format!("No such container: {id}") }));
    };
    if connection.write_all(head.as_bytes()).is_ok() {
        container.attached = Some(connection);
    }
}

fn wait(shared: &Shared, id: &str, mut connection: Connection) {
    if !begin(&mut connection) {
        return;
    }
    let mut state = shared.state();
    loop {
        match state.container(id).map(|it| it.exit) {
            Some(Some(code)) => {
                line_of(&mut connection, &json!({ "StatusCode": code }));
                return;
            }
            None => {
                line_of(&mut connection, &json!({ "StatusCode": 0 }));
                return;
            }
            Some(None) if !shared.is_alive() => return,
            Some(None) => {}
        }
        let waited = shared.changed.wait_timeout(state, Duration::from_millis(200));
        state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
    }
}

fn remove(shared: &Shared, id: &str) -> (u16, Value) {
    let (pid, grace) = match shared.state().container(id) {
        // Podman 5 asks a container to end before it removes it, and waits.
        Some(container) if container.podman => (container.pid, container.body["StopTimeout"].as_u64().unwrap_or(10)),
        Some(container) => (container.pid, 0),
        None => return (404, json!({ "message": format!("No such container: {id}") })),
    };
    if let Some(pid) = pid {
        std::thread::sleep(Duration::from_secs(grace));
        processes::kill_tree(pid);
        let mut state = shared.state();
        while state.container(id).is_some_and(|it| it.pid.is_some()) {
            let waited = shared.changed.wait_timeout(state, Duration::from_millis(200));
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }
    shared.state().forget(id);
    (204, Value::Null)
}

fn create_network(shared: &Shared, request: &Request) -> (u16, Value) {
    let mut state = shared.state();
    state.number += 1;
    let id = format!("{:064x}", state.number);
    let body = request.json();
    let network = json!({ "Id": id, "Name": body["Name"], "Labels": body["Labels"], "IPAM": body["IPAM"] });
    state.networks.push(network);
    (201, json!({ "Id": id, "Warning": "" }))
}
