//! The thread that writes blocks, one for all of them: one for each would have its memory anew from the system.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use sillok_runtime::Fault;

type Work = Box<dyn FnOnce() -> Result<(), Fault> + Send>;

/// The thread, as its producer sees it. It ends with it, once it has done what it was given.
pub(super) struct Writer {
    work: Sender<Work>,
    done: Receiver<Result<(), Fault>>,
}

impl Writer {
    /// # Errors
    /// If the system has no more threads.
    pub(super) fn start() -> Result<Self, Fault> {
        let (work, given) = channel::<Work>();
        let (tell, done) = channel();
        // If nobody is there to hear what became of it, no more will be given either.
        let run = move || given.into_iter().for_each(|work| drop(tell.send(work())));
        thread::Builder::new().name("writer".into()).spawn(run).map_err(Fault::new)?;
        Ok(Writer { work, done })
    }

    /// Begins something; [`Self::wait`] is to follow.
    ///
    /// # Errors
    /// If the thread has panicked before.
    pub(super) fn begin(
        &self,
        work: impl FnOnce() -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), Fault> {
        self.work.send(Box::new(work)).map_err(|_| ended())
    }

    /// Waits until what was begun is done.
    ///
    /// # Errors
    /// If it failed, or the thread has panicked over it.
    pub(super) fn wait(&self) -> Result<(), Fault> {
        self.done.recv().map_err(|_| ended())?
    }
}

fn ended() -> Fault {
    Fault::new("the thread that writes blocks has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_each_is_told_and_a_panic_is_a_fault() {
        let writer = Writer::start().unwrap();
        writer.begin(|| Ok(())).unwrap();
        writer.wait().unwrap();
        writer.begin(|| Err(Fault::new("the disk is full"))).unwrap();
        assert!(writer.wait().unwrap_err().to_string().contains("the disk is full"));
        writer.begin(|| panic!("on purpose")).unwrap();
        assert!(writer.wait().unwrap_err().to_string().contains("has ended"));
        assert!(writer.begin(|| Ok(())).is_err());
    }
}
