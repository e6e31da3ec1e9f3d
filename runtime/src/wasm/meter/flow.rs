//! Which operators can be reached, and where segments begin and end.
//!
//! A segment is a straight run of operators that, once entered, is executed to its end unless
//! something traps. Reached means by the text alone: after `br`, `br_table`, `return` and `unreachable`
//! nothing is, up to the `else` or `end` of the block they are in.

use wasmparser::Operator;

use super::MeterError;

/// What an operator is to the segments around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It can't be reached.
    Dropped,
    /// It belongs to the open segment.
    Within,
    /// It belongs to the open segment, and is its last.
    Last,
    /// It stands between the open segment, if there is one, and the next.
    Between,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A block, or the function itself.
    Block,
    Loop,
    If,
}

struct Frame {
    kind: Kind,
    /// Whether some branch that can be reached goes to its label.
    targeted: bool,
}

/// Follows a function's operators one by one.
pub(super) struct Flow {
    /// The function itself, and the open blocks that can be reached.
    frames: Vec<Frame>,
    /// If nothing can be reached here: how many blocks were opened since.
    unreached: Option<u32>,
}

impl Flow {
    /// At a function's first operator.
    pub(super) fn new() -> Self {
        Flow { frames: vec![Frame { kind: Kind::Block, targeted: false }], unreached: None }
    }

    /// How many blocks are open.
    pub(super) fn depth(&self) -> u32 {
        self.frames.len().saturating_sub(1) as u32
    }

    /// Takes the next operator of a valid function.
    pub(super) fn step(&mut self, operator: &Operator<'_>) -> Result<Step, MeterError> {
        if let Some(opened) = self.unreached {
            return self.step_unreached(operator, opened);
        }
        match operator {
            Operator::Block { .. } => self.open(Kind::Block, Step::Within),
            Operator::Loop { .. } => self.open(Kind::Loop, Step::Between),
            Operator::If { .. } => self.open(Kind::If, Step::Last),
            Operator::Else => Ok(Step::Between),
            Operator::End => self.end(true),
            Operator::BrIf { relative_depth } => self.target(*relative_depth).map(|()| Step::Last),
            Operator::Br { relative_depth } => {
                self.target(*relative_depth)?;
                self.leave()
            }
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    self.target(target?)?;
                }
                self.target(targets.default())?;
                self.leave()
            }
            Operator::Return | Operator::Unreachable => self.leave(),
            Operator::Call { .. } | Operator::CallIndirect { .. } => Ok(Step::Last),
            _ => Ok(Step::Within),
        }
    }

    fn step_unreached(&mut self, operator: &Operator<'_>, opened: u32) -> Result<Step, MeterError> {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.unreached = Some(opened + 1);
                Ok(Step::Dropped)
            }
            Operator::End if opened > 0 => {
                self.unreached = Some(opened - 1);
                Ok(Step::Dropped)
            }
            Operator::Else if opened == 0 => {
                self.unreached = None;
                Ok(Step::Between)
            }
            Operator::End => self.end(false),
            _ => Ok(Step::Dropped),
        }
    }

    fn open(&mut self, kind: Kind, step: Step) -> Result<Step, MeterError> {
        self.frames.push(Frame { kind, targeted: false });
        Ok(step)
    }

    fn end(&mut self, reached: bool) -> Result<Step, MeterError> {
        self.unreached = None;
        let frame = self.frames.pop().ok_or(MeterError::Unchecked("an end without a block"))?;
        let joins = match frame.kind {
            Kind::If => true,
            Kind::Block => frame.targeted,
            Kind::Loop => false,
        };
        // The function's own end is the last thing in it: whatever is open ends there.
        if joins || !reached || self.frames.is_empty() { Ok(Step::Between) } else { Ok(Step::Within) }
    }

    fn target(&mut self, relative_depth: u32) -> Result<(), MeterError> {
        let frame = self.frames.iter_mut().rev().nth(relative_depth as usize);
        frame.ok_or(MeterError::Unchecked("a branch to no block"))?.targeted = true;
        Ok(())
    }

    fn leave(&mut self) -> Result<Step, MeterError> {
        self.unreached = Some(0);
        Ok(Step::Last)
    }
}
