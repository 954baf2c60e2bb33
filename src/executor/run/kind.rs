//! What the kinds of services bring along that a test need not say: the command of a daemon, the variables without which its
//! image does not start, and what tells that it is ready.

use crate::executor::plan::PlannedService;

/// What a kind of service is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// Whether its own program runs for as long as the service is needed.
    pub daemon: bool,
    /// Arguments for the image, where the test names none.
    pub command: Vec<String>,
    /// Variables for its programs, unless the test sets them.
    pub env: Vec<(&'static str, String)>,
    /// The port on which it answers when it is ready.
    pub port: Option<u16>,
    /// Asks it whether it is ready, by an exit code of 0.
    pub probe: Vec<String>,
    /// What its log says when it is ready.
    pub log: Option<&'static str>,
    /// Whether its image listens on the ports of OTLP itself.
    pub takes_otlp: bool,
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

impl Kind {
    /// What the kind of a service brings along. A free label with an image of its own is a plain container.
    pub fn of(service: &PlannedService) -> Self {
        let has = |name: &str| service.env.iter().any(|(known, _)| known == name);
        let value = |name: &str, default: &str| {
            let set = service.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            set.unwrap_or(default).to_owned()
        };
        let daemon = |port| Self { daemon: true, port: Some(port), ..Self::default() };
        match service.kind.as_str() {
            "surrealdb" => {
                let user = service.username.as_deref().unwrap_or("root");
                let password = service.password.as_deref().unwrap_or("root");
                let mut command = texts(&["start", "--user", user, "--pass", password, "--bind", "0.0.0.0:8000"]);
                if service.strict {
                    command.push("--strict".to_owned());
                }
                command.push("memory".to_owned());
                Self { command, ..daemon(8000) }
            }
            "otel_collector" => {
                Self { daemon: true, log: Some("Everything is ready"), takes_otlp: true, ..Self::default() }
            }
            "postgres" => {
                let trusts =
                    has("POSTGRES_PASSWORD") || has("POSTGRES_PASSWORD_FILE") || has("POSTGRES_HOST_AUTH_METHOD");
                let env = if trusts { Vec::new() } else { vec![("POSTGRES_PASSWORD", "postgres".to_owned())] };
                // The server that prepares the database listens on no address, so that this asks the real one.
                let probe = texts(&["pg_isready", "-q", "-h", "127.0.0.1", "-U", &value("POSTGRES_USER", "postgres")]);
                Self { env, probe, ..daemon(5432) }
            }
            "mysql" => {
                let passwords = ["MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"];
                let set = passwords.iter().any(|name| has(name));
                let env = if set { Vec::new() } else { vec![("MYSQL_ROOT_PASSWORD", "root".to_owned())] };
                Self { env, probe: texts(&["mysqladmin", "ping", "-h", "127.0.0.1", "--silent"]), ..daemon(3306) }
            }
            "mongodb" => daemon(27017),
            "redis" => daemon(6379),
            "nginx" => daemon(80),
            "ollama" => daemon(11434),
            "vllm" => Self { command: service.language_model.clone(), ..daemon(8000) },
            "tgi" => Self { command: service.language_model.clone(), ..daemon(80) },
            _ => Self::default(),
        }
    }
}
