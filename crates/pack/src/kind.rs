//! The kinds of complaint. The list is closed: the gallery has at least one sample of each.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a complaint is about. Codes are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The stable code, `unknown_name`.
            pub const fn code(self) -> &'static str {
                match self { $(Kind::$name => $code,)* }
            }
        }
    };
}

kinds! {
    // The text as such.
    /// A file or folder cannot be read.
    Unreadable = "unreadable",
    /// The text is larger than a text of a pack may be.
    TooLarge = "too_large",
    /// Braces are nested too deeply.
    TooDeep = "too_deep",
    /// More nodes than a text may have.
    TooManyNodes = "too_many_nodes",
    /// A character or a combination of them that KDL or this notation does not know.
    Syntax = "syntax",
    /// Something that KDL has and this notation does not use.
    NotUsed = "not_used",
    /// A string without its closing quote.
    UnclosedString = "unclosed_string",
    /// `\` followed by something that is not an escape.
    BadEscape = "bad_escape",
    /// `{` without `}`.
    UnclosedBrace = "unclosed_brace",
    /// `}` without `{`.
    StrayBrace = "stray_brace",
    /// A number that is not a plain decimal.
    BadNumber = "bad_number",
    /// A word that KDL reserves.
    BadWord = "bad_word",
    /// `=` not between a name and a value.
    BadEquals = "bad_equals",

    // The shape of nodes.
    /// No `pack` node in any text.
    NoPack = "no_pack",
    /// A text that is neither KDL nor a form.
    NotAText = "not_a_text",
    /// A node that does not belong here.
    UnknownNode = "unknown_node",
    /// A property that the node does not have.
    UnknownProperty = "unknown_property",
    /// A bare word that the node does not know.
    UnknownWord = "unknown_word",
    /// A value too many.
    ExtraValue = "extra_value",
    /// A value or property that must be there.
    Missing = "missing",
    /// A value of the wrong kind.
    WrongValue = "wrong_value",
    /// Braces where there is nothing to put in.
    UnwantedBlock = "unwanted_block",
    /// The same name twice.
    Duplicate = "duplicate",
    /// A name that is not English `snake_case`.
    BadName = "bad_name",
    /// A name that means something else already.
    ReservedName = "reserved_name",
    /// A sentence or label that is empty or too long.
    BadLabel = "bad_label",
    /// Properties or flags that exclude each other.
    Conflict = "conflict",
    /// A flow in a file of another name.
    FileName = "file_name",

    // Names.
    /// A role that is not declared.
    UnknownRole = "unknown_role",
    /// A ledger that is not declared.
    UnknownLedger = "unknown_ledger",
    /// A place that the ledger does not have.
    UnknownPlace = "unknown_place",
    /// A slip that the flow does not have.
    UnknownSlip = "unknown_slip",
    /// A step that the flow does not have.
    UnknownStep = "unknown_step",
    /// A verb that is not in the closed list.
    UnknownVerb = "unknown_verb",
    /// A field that the slip or register does not have.
    UnknownField = "unknown_field",
    /// A field type that does not exist.
    UnknownType = "unknown_type",
    /// A register that is not declared.
    UnknownRegister = "unknown_register",
    /// A name in an expression that means nothing.
    UnknownName = "unknown_name",
    /// A value that is not one of a choice.
    UnknownChoice = "unknown_choice",
    /// A hold that no step up the chain makes.
    UnknownHold = "unknown_hold",
    /// A thing that labels name and nothing declares.
    UnknownLabel = "unknown_label",

    // Expressions.
    /// An expression that cannot be read.
    Expression = "expression",
    /// An expression too long or too deep.
    ExpressionTooLarge = "expression_too_large",
    /// One type is wanted and another given.
    TypeMismatch = "type_mismatch",
    /// Operands that do not go together.
    Operands = "operands",
    /// A literal that its type cannot hold.
    Literal = "literal",
    /// Division by something other than a number that is written out.
    Divisor = "divisor",
    /// `from.` where the slip begins a chain.
    NoSource = "no_source",
    /// `line.` or `total.` where the slip has no lines.
    NoLines = "no_lines",
    /// A parameter with or without a key against its declaration.
    ParameterKey = "parameter_key",
    /// A balance that is read without all the dimensions of its ledger.
    BalanceKey = "balance_key",
    /// A condition that has to stay as it is and reads a balance.
    Unsteady = "unsteady",
    /// A computed value that reads another one which is computed later.
    ComputedLater = "computed_later",

    // Meaning.
    /// A slip that comes from itself.
    FromCycle = "from_cycle",
    /// `carry` that finds nothing to carry, or two different things.
    Carry = "carry",
    /// `draws` on something that cannot be drawn upon.
    Draws = "draws",
    /// A number pattern that cannot number.
    NumberPattern = "number_pattern",
    /// Two slips with one number pattern.
    NumberClash = "number_clash",
    /// A value or range outside what is possible.
    OutOfRange = "out_of_range",
    /// A posting that does not say a dimension of its ledger.
    Dimension = "dimension",
    /// An entry that cannot balance.
    Legs = "legs",
    /// A guard with neither condition nor rule.
    GuardWithoutRule = "guard_without_rule",
    /// A rule that no guard names.
    RuleWithoutGuard = "rule_without_guard",
    /// A step that enters what it cannot enter.
    Enters = "enters",
    /// `needs` of a step of the same slip, or of one that is no part of the chain.
    Needs = "needs",

    // Proofs.
    /// A step that no run reaches.
    Unreachable = "unreachable",
    /// A step or posting that is never done, or a guard that never holds.
    Dead = "dead",
    /// A separation between steps that never meet in one chain.
    Apart = "apart",
    /// A place that is taken from and never filled.
    NeverFilled = "never_filled",
    /// Something begun and never ended: a hold, an entry that stays a draft.
    NeverEnded = "never_ended",
    /// Something declared and never used.
    Unused = "unused",
    /// A form that is named and not there.
    FormMissing = "form_missing",
    /// A label without its English words.
    NoEnglish = "no_english",
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
