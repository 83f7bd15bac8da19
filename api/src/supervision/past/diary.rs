//! The diary of a matter of the past, from its rows: the entries that the use cases would have appended.

use chrono::{DateTime, Utc};
use entity::ids::{CampaignEventId, PersonId};
use entity::kinds::{CampaignAction, CampaignStage, MeasureStatus, OpinionStatus};
use entity::{campaign_event, campaign_vote, measure, opinion};

use crate::supervision::campaigns::vote_count::VoteCount;
use crate::supervision::past::matter::PastMatter;

/// An entry before the stage is known in which it was made.
struct Step {
    at: DateTime<Utc>,
    action: CampaignAction,
    by: Option<PersonId>,
    note: String,
    reference: Option<String>,
    /// The stage that begins with it.
    enters: Option<CampaignStage>,
}

impl Step {
    fn new(at: DateTime<Utc>, action: CampaignAction, by: Option<PersonId>) -> Self {
        Self {
            at,
            action,
            by,
            note: String::new(),
            reference: None,
            enters: None,
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    fn entering(mut self, stage: CampaignStage) -> Self {
        self.enters = Some(stage);
        self
    }
}

/// Returns the entries, oldest first. `gathered` is the number of orders that were added.
pub fn entries(matter: &PastMatter, gathered: usize) -> Vec<campaign_event::Model> {
    let mut steps = of_matter(matter, gathered);
    let by = Some(matter.campaign.opened_by);
    for row in &matter.activities {
        let step = Step::new(row.created_at, CampaignAction::ActivityHeld, Some(row.added_by));
        steps.push(step.note(row.note.as_str()).reference(row.kind.label()));
    }
    matter.opinions.iter().for_each(|row| of_opinion(row, &mut steps));
    matter.measures.iter().for_each(|row| of_measure(row, &mut steps));
    steps.extend(matter.votes.iter().map(of_vote));
    for task in &matter.tasks {
        let child = &task.matter.campaign;
        let step = Step::new(child.opened_at, CampaignAction::CountyTaskSet, by);
        steps.push(step.note(child.purpose.as_str()).reference(task.county.as_str()));
    }
    steps.sort_by_key(|step| step.at);
    let mut stage = CampaignStage::Filed;
    let mut entries = Vec::with_capacity(steps.len());
    for step in steps {
        stage = step.enters.unwrap_or(stage);
        entries.push(campaign_event::Model {
            id: CampaignEventId::generate(),
            campaign_id: matter.campaign.id,
            action: step.action,
            stage,
            note: step.note,
            reference: step.reference,
            person_id: step.by,
            at: step.at,
        });
    }
    entries
}

fn of_matter(matter: &PastMatter, gathered: usize) -> Vec<Step> {
    let campaign = &matter.campaign;
    let by = Some(campaign.opened_by);
    let opened = Step::new(campaign.opened_at, CampaignAction::Opened, by);
    let mut steps = vec![opened.note(campaign.purpose.as_str())];
    // A county's task is created with its orders.
    if gathered > 0 && campaign.parent_id.is_none() {
        let added = Step::new(matter.gathered_at(), CampaignAction::OrdersAdded, by);
        steps.push(added.reference(gathered.to_string()));
    }
    for reached in &matter.stages {
        let step = Step::new(reached.at, CampaignAction::StageReached, by);
        steps.push(step.note(reached.note.as_str()).entering(reached.stage));
    }
    if let Some(at) = campaign.closed_at {
        let closed = Step::new(at, CampaignAction::Closed, campaign.closed_by);
        let outcome = campaign.outcome.as_deref().unwrap_or_default();
        steps.push(closed.note(outcome).entering(CampaignStage::Closed));
    }
    steps
}

fn of_opinion(row: &opinion::Model, into: &mut Vec<Step>) {
    let number = row.number.as_str();
    let issued = Step::new(row.issued_at, CampaignAction::OpinionIssued, Some(row.issued_by));
    into.push(issued.note(row.title.as_str()).reference(number));
    if let Some((at, text)) = row.replied_at.zip(row.reply.as_deref()) {
        let replied = Step::new(at, CampaignAction::OpinionReplied, row.replied_by);
        into.push(replied.note(text).reference(number));
    }
    if let Some(at) = row.decided_at.filter(|_| row.status == OpinionStatus::Accepted) {
        let accepted = Step::new(at, CampaignAction::OpinionAccepted, row.decided_by);
        let note = row.decision_note.as_deref().unwrap_or_default();
        into.push(accepted.note(note).reference(number));
    }
}

fn of_measure(row: &measure::Model, into: &mut Vec<Step>) {
    let seq = row.seq.to_string();
    let set = Step::new(row.created_at, CampaignAction::MeasureSet, Some(row.created_by));
    into.push(set.note(row.text.as_str()).reference(seq.as_str()));
    if let Some((at, text)) = row.done_at.zip(row.done_text.as_deref()) {
        let done = Step::new(at, CampaignAction::MeasureDone, row.done_by);
        into.push(done.note(text).reference(seq.as_str()));
    }
    if let Some(at) = row.verified_at.filter(|_| row.status == MeasureStatus::Verified) {
        let verified = Step::new(at, CampaignAction::MeasureVerified, row.verified_by);
        let note = row.verify_note.as_deref().unwrap_or_default();
        into.push(verified.note(note).reference(seq));
    }
}

fn of_vote(row: &campaign_vote::Model) -> Step {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    let votes = VoteCount {
        satisfied: count(row.satisfied),
        basically_satisfied: count(row.basically_satisfied),
        dissatisfied: count(row.dissatisfied),
        present: count(row.present),
    };
    Step::new(row.held_at, CampaignAction::Voted, Some(row.recorded_by))
        .note(votes.in_words(row.passed))
        .entering(CampaignStage::Vote)
}
