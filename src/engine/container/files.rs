//! Files into and out of a container, as tar archives. What lies on a file system in memory can't be had from a container that has ended.

use bollard::query_parameters::{DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder};
use futures::StreamExt as _;

use super::handle::Container;
use crate::engine::EngineError;
use crate::engine::classify::classify;

impl Container {
    /// A file or folder of the container as a tar archive, at most so many bytes of it.
    ///
    /// # Errors
    ///
    /// When it is not there, when it is larger, when the container or the engine is gone.
    pub async fn download(&self, path: &str, most: usize) -> Result<Vec<u8>, EngineError> {
        let engine = self.engine();
        let during = || format!("reading `{path}` of container `{}`", self.name());
        let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
        let mut stream = std::pin::pin!(engine.inner.docker.download_from_container(self.id(), Some(options)));
        let mut archive = Vec::new();
        let deadline = engine.inner.deadlines.change;
        loop {
            match tokio::time::timeout(deadline, stream.next()).await {
                Err(_) => return Err(EngineError::Timeout { during: during(), after: deadline }),
                Ok(None) => return Ok(archive),
                Ok(Some(Err(error))) => return Err(classify(error, during())),
                Ok(Some(Ok(bytes))) => {
                    if archive.len() + bytes.len() > most {
                        let cause = format!("it is larger than {most} bytes");
                        return Err(EngineError::Refused { during: during(), status: 413, cause });
                    }
                    archive.extend_from_slice(&bytes);
                }
            }
        }
    }

    /// Unpacks a tar archive into a folder of the container, which must exist.
    ///
    /// # Errors
    ///
    /// When the folder is not there or can't be written, when the container or the engine is gone.
    pub async fn upload(&self, folder: &str, archive: Vec<u8>) -> Result<(), EngineError> {
        let engine = self.engine();
        let during = || format!("writing to `{folder}` of container `{}`", self.name());
        let options = UploadToContainerOptionsBuilder::default().path(folder).build();
        let body = bollard::body_full(archive.into());
        engine.change(during, engine.inner.docker.upload_to_container(self.id(), Some(options), body)).await
    }
}
