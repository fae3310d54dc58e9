//! Questions that have not been answered: sent a few at a time, and sent again until they are.

use super::config::{Config, Timer};
use super::job::{JobId, TaskId};
use super::message::{Call, Ending, FileRequest, Message};
use crate::node::{Node, NodeId, Outbox};
use crate::tree::Tree;
use alloc::collections::VecDeque;

/// What a coordinator or worker asks of another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The coordinator: what shall I do?
    Task,
    /// The coordinator: take note of how this attempt ended.
    Report { job: JobId, task: TaskId, attempt: u32, ending: Ending },
    /// Whoever has the files: do this.
    File(NodeId, FileRequest),
}

/// The open questions of one node in one incarnation. While there are any, its retry timer is armed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Calls {
    incarnation: u64,
    /// Which of the coordinators is thought to be in charge.
    coordinator: usize,
    asked: u64,
    waiting: VecDeque<Question>,
    open: Tree<u64, Open>,
    armed: bool,
}

/// A question that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    question: Question,
    /// How often the retry timer has run out since it was first sent. It is sent again from the second time on, so that a
    /// question asked just before the timer runs out is given its time.
    waited: u32,
}

impl Calls {
    pub(super) fn new(incarnation: u64) -> Calls {
        let (waiting, open) = (VecDeque::new(), Tree::new());
        Calls { incarnation, coordinator: 0, asked: 0, waiting, open, armed: false }
    }

    /// Asks something, now or once the window has room.
    pub(super) fn ask<N>(&mut self, question: Question, config: &Config, out: &mut impl Outbox<N>)
    where
        N: Node<Message = Message, Timer = Timer>,
    {
        self.waiting.push_back(question);
        self.fill_window(config, out);
    }

    /// The question that an answer with this number belongs to, if it is still open.
    pub(super) fn question(&self, call: Call) -> Option<&Question> {
        let open = if call.incarnation == self.incarnation { self.open.get(&call.number) } else { None };
        open.map(|open| &open.question)
    }

    /// Closes an answered question, which makes room for another.
    pub(super) fn close<N>(&mut self, call: Call, config: &Config, out: &mut impl Outbox<N>)
    where
        N: Node<Message = Message, Timer = Timer>,
    {
        self.open.remove(&call.number);
        self.fill_window(config, out);
    }

    /// Forgets all questions: the answers no longer matter.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
        self.open.clear();
    }

    /// The next question goes to the next of the coordinators.
    pub(super) fn ask_another(&mut self, config: &Config) {
        self.coordinator = (self.coordinator + 1) % config.coordinators.len().max(1);
    }

    /// The retry timer ran out: repeats what has been open for a whole period. Returns what is given up: a file that another
    /// worker was asked for in vain too often.
    pub(super) fn retry<N>(&mut self, config: &Config, out: &mut impl Outbox<N>) -> Option<FileRequest>
    where
        N: Node<Message = Message, Timer = Timer>,
    {
        self.armed = false;
        let silent =
            self.open.iter().any(|(_, open)| open.waited > 0 && !matches!(open.question, Question::File(..)));
        if silent {
            self.ask_another(config);
        }
        let (incarnation, coordinator) = (self.incarnation, self.coordinator);
        let mut given_up = None;
        self.open.each_mut(|&number, open| {
            if open.waited > 0 {
                let call = Call { incarnation, number };
                out.send(open.question.addressee(config, coordinator), open.question.message(call));
            }
            open.waited += 1;
            if let Question::File(from, request @ FileRequest::Read { .. }) = &open.question
                && *from != config.store
                && open.waited > config.patience
            {
                given_up = Some(request.clone());
            }
        });
        self.arm(config, out);
        given_up
    }

    fn fill_window<N>(&mut self, config: &Config, out: &mut impl Outbox<N>)
    where
        N: Node<Message = Message, Timer = Timer>,
    {
        while self.open.len() < u64::from(config.window.max(1))
            && let Some(question) = self.waiting.pop_front()
        {
            self.asked += 1;
            let call = Call { incarnation: self.incarnation, number: self.asked };
            out.send(question.addressee(config, self.coordinator), question.message(call));
            self.open.insert(call.number, Open { question, waited: 0 });
        }
        self.arm(config, out);
    }

    fn arm<N>(&mut self, config: &Config, out: &mut impl Outbox<N>)
    where
        N: Node<Message = Message, Timer = Timer>,
    {
        if !self.armed && !self.open.is_empty() {
            self.armed = true;
            out.set_timer(Timer::Retry, config.retry);
        }
    }
}

impl Question {
    fn addressee(&self, config: &Config, coordinator: usize) -> NodeId {
        match self {
            Question::Task | Question::Report { .. } => config.coordinator(coordinator),
            &Question::File(to, _) => to,
        }
    }

    fn message(&self, call: Call) -> Message {
        match self {
            Question::Task => Message::Ask { call },
            Question::Report { job, task, attempt, ending } => {
                Message::Report { call, job: *job, task: *task, attempt: *attempt, ending: ending.clone() }
            }
            Question::File(_, request) => Message::File { call, request: request.clone() },
        }
    }
}
