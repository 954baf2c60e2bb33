//! Messages as frames, and frames as messages: which kind says what, field by field.

use super::bytes::{Fields, frame, put_bytes, put_count, put_i32, put_optional, put_u16, put_u32, put_u64};
use super::{Event, Exit, Fault, MAGIC, Message, Output, Request, Status, WireError};

impl Message for Request {
    fn known(kind: u8) -> bool {
        (0x01..=0x0b).contains(&kind)
    }

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Hello { version, grace_ms, ports } => frame(into, 0x01, 0, |out| {
                out.extend_from_slice(MAGIC);
                put_u16(out, *version);
                put_u32(out, *grace_ms);
                put_count(out, ports.len());
                ports.iter().for_each(|port| put_u16(out, *port));
            }),
            Self::Start { job, argv, env, workdir } => frame(into, 0x02, *job, |out| {
                put_count(out, argv.len());
                argv.iter().for_each(|argument| put_bytes(out, argument));
                put_count(out, env.len());
                for (name, value) in env {
                    put_bytes(out, name);
                    put_optional(out, value.as_deref());
                }
                put_optional(out, workdir.as_deref());
            }),
            Self::Signal { job, signal } => frame(into, 0x03, *job, |out| out.push(*signal)),
            Self::Stop { signal, grace_ms } => frame(into, 0x04, 0, |out| {
                out.push(*signal);
                put_u32(out, *grace_ms);
            }),
            Self::OutputCredit { job, output, bytes } => frame(into, 0x05, *job, |out| {
                out.push(output.code());
                put_u32(out, *bytes);
            }),
            Self::Connect { channel, port } => frame(into, 0x06, *channel, |out| put_u16(out, *port)),
            Self::Data { channel, bytes } => frame(into, 0x07, *channel, |out| out.extend_from_slice(bytes)),
            Self::Credit { channel, bytes } => frame(into, 0x08, *channel, |out| put_u32(out, *bytes)),
            Self::End { channel } => frame(into, 0x09, *channel, |_| ()),
            Self::Close { channel } => frame(into, 0x0a, *channel, |_| ()),
            Self::Drain { token } => frame(into, 0x0b, *token, |_| ()),
        }
    }

    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields(payload);
        let message = match kind {
            0x01 => fields.magic().and_then(|()| {
                let (version, grace_ms) = (fields.u16()?, fields.u32()?);
                Some(Self::Hello { version, grace_ms, ports: fields.list(Fields::u16)? })
            }),
            0x02 => fields.list(Fields::bytes).and_then(|argv| {
                let env = fields.list(|fields| Some((fields.bytes()?, fields.optional()?)))?;
                Some(Self::Start { job: number, argv, env, workdir: fields.optional()? })
            }),
            0x03 => fields.u8().map(|signal| Self::Signal { job: number, signal }),
            0x04 => fields.u8().and_then(|signal| Some(Self::Stop { signal, grace_ms: fields.u32()? })),
            0x05 => fields
                .output()
                .and_then(|output| Some(Self::OutputCredit { job: number, output, bytes: fields.u32()? })),
            0x06 => fields.u16().map(|port| Self::Connect { channel: number, port }),
            0x07 => Some(Self::Data { channel: number, bytes: fields.rest() }),
            0x08 => fields.u32().map(|bytes| Self::Credit { channel: number, bytes }),
            0x09 => Some(Self::End { channel: number }),
            0x0a => Some(Self::Close { channel: number }),
            0x0b => Some(Self::Drain { token: number }),
            _ => return Err(WireError::Kind(kind)),
        };
        let is_numbered = !matches!(kind, 0x01 | 0x04);
        message.filter(|_| fields.0.is_empty() && (is_numbered || number == 0)).ok_or(WireError::Payload(kind))
    }
}

impl Message for Event {
    fn known(kind: u8) -> bool {
        (0x81..=0x8e).contains(&kind)
    }

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Ready { version, pid, ports } => frame(into, 0x81, 0, |out| {
                out.extend_from_slice(MAGIC);
                put_u16(out, *version);
                put_u32(out, *pid);
                put_count(out, ports.len());
                for (asked, held) in ports {
                    put_u16(out, *asked);
                    put_u16(out, *held);
                }
            }),
            Self::Failed { message } => frame(into, 0x82, 0, |out| out.extend_from_slice(message.as_bytes())),
            Self::Started { job, pid, at_ns } => frame(into, 0x83, *job, |out| {
                put_u32(out, *pid);
                put_u64(out, *at_ns);
            }),
            Self::NotStarted { job, fault, errno } => frame(into, 0x84, *job, |out| {
                out.push(fault.code());
                put_i32(out, *errno);
            }),
            Self::Output { job, output, bytes } => frame(into, 0x85, *job, |out| {
                out.push(output.code());
                out.extend_from_slice(bytes);
            }),
            Self::OutputEnd { job, output } => frame(into, 0x86, *job, |out| out.push(output.code())),
            Self::Exited { job, exit } => frame(into, 0x87, *job, |out| {
                let (signalled, number) = match exit.status {
                    Status::Code(code) => (0, code),
                    Status::Signal(signal) => (1, signal),
                };
                out.push(signalled);
                put_i32(out, number);
                put_u64(out, exit.at_ns);
                put_u64(out, exit.peak_memory_kib);
                put_u64(out, exit.cpu_us);
                put_u64(out, exit.memory_kills);
            }),
            Self::Opened { channel, port } => frame(into, 0x88, *channel, |out| put_u16(out, *port)),
            Self::Connected { channel } => frame(into, 0x89, *channel, |out| put_i32(out, 0)),
            Self::Refused { channel, errno } => frame(into, 0x8a, *channel, |out| put_i32(out, *errno)),
            Self::Data { channel, bytes } => frame(into, 0x8b, *channel, |out| out.extend_from_slice(bytes)),
            Self::Credit { channel, bytes } => frame(into, 0x8c, *channel, |out| put_u32(out, *bytes)),
            Self::End { channel } => frame(into, 0x8d, *channel, |out| out.push(0)),
            Self::Closed { channel, reset } => frame(into, 0x8d, *channel, |out| out.push(1 + u8::from(*reset))),
            Self::Drained { token } => frame(into, 0x8e, *token, |_| ()),
        }
    }

    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields(payload);
        let message = match kind {
            0x81 => fields.magic().and_then(|()| {
                let (version, pid) = (fields.u16()?, fields.u32()?);
                let ports = fields.list(|fields| Some((fields.u16()?, fields.u16()?)))?;
                Some(Self::Ready { version, pid, ports })
            }),
            0x82 => Some(Self::Failed { message: String::from_utf8_lossy(&fields.rest()).into_owned() }),
            0x83 => fields.u32().and_then(|pid| Some(Self::Started { job: number, pid, at_ns: fields.u64()? })),
            0x84 => fields
                .u8()
                .and_then(|code| Some(Self::NotStarted { job: number, fault: Fault::of(code)?, errno: fields.i32()? })),
            0x85 => fields.output().map(|output| Self::Output { job: number, output, bytes: fields.rest() }),
            0x86 => fields.output().map(|output| Self::OutputEnd { job: number, output }),
            0x87 => fields.u8().and_then(|signalled| {
                let status = match (signalled, fields.i32()?) {
                    (0, code) => Status::Code(code),
                    (1, signal) => Status::Signal(signal),
                    _ => return None,
                };
                let (at_ns, peak_memory_kib) = (fields.u64()?, fields.u64()?);
                let (cpu_us, memory_kills) = (fields.u64()?, fields.u64()?);
                Some(Self::Exited { job: number, exit: Exit { status, at_ns, peak_memory_kib, cpu_us, memory_kills } })
            }),
            0x88 => fields.u16().map(|port| Self::Opened { channel: number, port }),
            0x89 => fields.i32().filter(|errno| *errno == 0).map(|_| Self::Connected { channel: number }),
            0x8a => fields.i32().map(|errno| Self::Refused { channel: number, errno }),
            0x8b => Some(Self::Data { channel: number, bytes: fields.rest() }),
            0x8c => fields.u32().map(|bytes| Self::Credit { channel: number, bytes }),
            0x8d => fields.u8().and_then(|how| match how {
                0 => Some(Self::End { channel: number }),
                1 | 2 => Some(Self::Closed { channel: number, reset: how == 2 }),
                _ => None,
            }),
            0x8e => Some(Self::Drained { token: number }),
            _ => return Err(WireError::Kind(kind)),
        };
        let is_numbered = !matches!(kind, 0x81 | 0x82);
        message.filter(|_| fields.0.is_empty() && (is_numbered || number == 0)).ok_or(WireError::Payload(kind))
    }
}

impl Output {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stdout, Self::Stderr];

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }
}

impl Fault {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Program => 1,
            Self::Workdir => 2,
            Self::Process => 3,
            Self::Arguments => 4,
        }
    }

    pub(super) fn of(code: u8) -> Option<Self> {
        [Self::Program, Self::Workdir, Self::Process, Self::Arguments].into_iter().find(|fault| fault.code() == code)
    }
}
