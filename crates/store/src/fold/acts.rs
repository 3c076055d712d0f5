//! Names of acts, and the slips they are about.

use engine::Act;
use kernel::SlipId;

/// The slip that an act is about.
pub(crate) fn act_slip(act: &Act) -> Option<SlipId> {
    match act {
        Act::Step { slip, .. } => *slip,
        Act::Return { slip, .. }
        | Act::Withdraw { slip, .. }
        | Act::Void { slip, .. }
        | Act::AskReversal { slip, .. }
        | Act::Reverse { slip, .. }
        | Act::RefuseReversal { slip, .. }
        | Act::HandOver { slip, .. }
        | Act::AddSigner { slip, .. }
        | Act::Cosign { slip, .. }
        | Act::CopyTo { slip, .. }
        | Act::Remind { slip, .. }
        | Act::Comment { slip, .. }
        | Act::Attach { slip, .. }
        | Act::Print { slip, .. }
        | Act::Timer { slip, .. } => Some(*slip),
        Act::PutRecord { .. }
        | Act::PutPerson { .. }
        | Act::Bootstrap { .. }
        | Act::Deputise { .. }
        | Act::Credential { .. }
        | Act::SignIn { .. }
        | Act::ClosePeriod { .. }
        | Act::ReopenPeriod { .. }
        | Act::PutSetting { .. }
        | Act::Export { .. }
        | Act::InstallPack { .. }
        | Act::Forbidden { .. } => None,
    }
}

/// The name of an act in the journal, as in its JSON.
pub(crate) const fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Step { .. } => "step",
        Act::Return { .. } => "return",
        Act::Withdraw { .. } => "withdraw",
        Act::Void { .. } => "void",
        Act::AskReversal { .. } => "ask_reversal",
        Act::Reverse { .. } => "reverse",
        Act::RefuseReversal { .. } => "refuse_reversal",
        Act::HandOver { .. } => "hand_over",
        Act::AddSigner { .. } => "add_signer",
        Act::Cosign { .. } => "cosign",
        Act::CopyTo { .. } => "copy_to",
        Act::Remind { .. } => "remind",
        Act::Comment { .. } => "comment",
        Act::Attach { .. } => "attach",
        Act::Print { .. } => "print",
        Act::Timer { .. } => "timer",
        Act::PutRecord { .. } => "put_record",
        Act::PutPerson { .. } => "put_person",
        Act::Bootstrap { .. } => "bootstrap",
        Act::Deputise { .. } => "deputise",
        Act::Credential { .. } => "credential",
        Act::SignIn { .. } => "sign_in",
        Act::ClosePeriod { .. } => "close_period",
        Act::ReopenPeriod { .. } => "reopen_period",
        Act::PutSetting { .. } => "put_setting",
        Act::Export { .. } => "export",
        Act::InstallPack { .. } => "install_pack",
        Act::Forbidden { .. } => "forbidden",
    }
}
