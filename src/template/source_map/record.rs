//! What a render recorded: the segments of its text, the calls and loop rounds that they belong to, and all values.

/// A run of rendered text that comes from one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub start: u32,
    pub end: u32,
    pub file: u32,
    pub site: u32,
    /// Where the run starts within its text site; [`Segment::VALUE`] for the text of a value.
    pub offset: u32,
    pub frame: u32,
    pub round: u32,
}

impl Segment {
    /// The offset of a value.
    pub const VALUE: u32 = u32::MAX;

    pub fn is_value(&self) -> bool {
        self.offset == Self::VALUE
    }
}

/// A call. Frame 0 is the document itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub parent: u32,
    pub file: u32,
    pub site: u32,
    /// The round in which the call stands.
    pub round: u32,
}

/// A round of a loop. Round 0 is no loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub outer: u32,
    pub file: u32,
    pub site: u32,
    pub index: u32,
}

/// What one occurrence of a value, call or section wrote; may be empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueRecord {
    pub file: u32,
    pub site: u32,
    pub start: u32,
    pub end: u32,
    pub frame: u32,
    pub round: u32,
}

/// Everything that was recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub segments: Vec<Segment>,
    pub frames: Vec<Frame>,
    pub rounds: Vec<Round>,
    pub values: Vec<ValueRecord>,
}

impl Record {
    pub fn new() -> Self {
        Self {
            frames: vec![Frame { parent: 0, file: 0, site: u32::MAX, round: 0 }],
            rounds: vec![Round { outer: 0, file: 0, site: u32::MAX, index: 0 }],
            ..Self::default()
        }
    }
}
