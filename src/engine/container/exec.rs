//! A further program in a running container, by the engine itself: for containers without init, and for probes. Such a program can't be
//! ended by the engine's API: it goes on when nobody waits any more, until its container ends.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures::StreamExt as _;

use super::handle::Container;
use super::start::{Chunk, Stream};
use crate::engine::EngineError;
use crate::engine::classify::classify;

/// A program to run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecSpec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Variables beside those of the container.
    pub env: Vec<(String, String)>,
    /// The folder; `None`: the container's.
    pub workdir: Option<String>,
    /// The user; `None`: the container's.
    pub user: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecOutput {
    /// Its exit code; 126 and 127 where the program could not be started.
    pub code: i64,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Container {
    /// Runs a program and collects what it writes. `deadline` is for all of it.
    ///
    /// # Errors
    ///
    /// When it does not end in time, when the container does not run, when the engine fails.
    pub async fn exec(&self, spec: ExecSpec, deadline: Duration) -> Result<ExecOutput, EngineError> {
        let mut output = ExecOutput::default();
        output.code = self
            .exec_with(spec, deadline, |chunk| match chunk.stream {
                Stream::Stdout => output.stdout.extend_from_slice(&chunk.bytes),
                Stream::Stderr => output.stderr.extend_from_slice(&chunk.bytes),
            })
            .await?;
        Ok(output)
    }

    /// Runs a program and passes on what it writes as it comes. Returns its exit code.
    ///
    /// # Errors
    ///
    /// As [`Container::exec`].
    pub async fn exec_with(
        &self,
        spec: ExecSpec,
        deadline: Duration,
        mut chunk: impl FnMut(Chunk) + Send,
    ) -> Result<i64, EngineError> {
        let during = || format!("running `{}` in container `{}`", spec.command.join(" "), self.name());
        let work = self.exec_unbounded(&spec, &mut chunk);
        match tokio::time::timeout(deadline, work).await {
            Ok(code) => code,
            Err(_) => Err(EngineError::Timeout { during: during(), after: deadline }),
        }
    }

    async fn exec_unbounded(
        &self,
        spec: &ExecSpec,
        chunk: &mut (impl FnMut(Chunk) + Send),
    ) -> Result<i64, EngineError> {
        let engine = self.engine();
        let docker = &engine.inner.docker;
        let during = || format!("running `{}` in container `{}`", spec.command.join(" "), self.name());
        let options = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            env: Some(spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            cmd: Some(spec.command.clone()),
            user: spec.user.clone(),
            working_dir: spec.workdir.clone(),
            ..CreateExecOptions::default()
        };
        let exec = engine.change(during, docker.create_exec(self.id(), options)).await?;
        let started = engine.change(during, docker.start_exec(&exec.id, None::<StartExecOptions>)).await?;
        if let StartExecResults::Attached { mut output, .. } = started {
            while let Some(next) = output.next().await {
                let next = next.map_err(|error| classify(error, during()))?;
                let stream = if matches!(next, LogOutput::StdErr { .. }) { Stream::Stderr } else { Stream::Stdout };
                chunk(Chunk { stream, bytes: next.into_bytes().into() });
            }
        }
        // The engine may close the streams a moment before it knows the code.
        loop {
            let found = engine.read(during, docker.inspect_exec(&exec.id)).await?;
            match found.exit_code {
                Some(code) if found.running != Some(true) => return Ok(code),
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}
