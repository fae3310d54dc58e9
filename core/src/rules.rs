//! Rules that can be switched off: what every protocol's own `rules.rs` shares.
//!
//! A rule is named here because leaving it out has a *consequence* that somebody notices: a property is violated, a
//! bound is missed, a budget is overspent. Each protocol lists its rules with `rules!` and asks its
//! [`Rules`] at the one line where the rule stands.

use core::fmt::{self, Debug};
use core::marker::PhantomData;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kind of promise a rule keeps, and so who notices when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing bad happens: without the rule a property is violated.
    Safety,
    /// Something good happens: without the rule a bound in time is missed.
    Liveness,
    /// It happens cheaply: without the rule a budget is overspent on the same seed.
    Cost,
}

/// The rules of one protocol. `rules!` writes this.
pub trait Rule: Copy + Debug + Eq + Ord + 'static {
    /// Every rule, in reading order; at most 64.
    const ALL: &'static [Self];
    /// Its name, in kebab-case: what a person types and a script holds.
    fn name(self) -> &'static str;
    /// What it keeps.
    fn kind(self) -> Kind;
    /// Where it is written down.
    fn citation(self) -> &'static str;
    /// The rule itself, in one sentence.
    fn meaning(self) -> &'static str;
    /// Its place in [`Rule::ALL`].
    fn place(self) -> u32;

    /// The rule of that name.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

/// Declares a protocol's rules: `Variant "name" Kind "citation" "meaning";` for each.
macro_rules! rules {
    ($($rule:ident $name:literal $kind:ident $citation:literal $meaning:literal;)+) => {
        /// The rules of this protocol that can be switched off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)+
        }

        /// Which of them are kept.
        pub type Rules = $crate::rules::Rules<Rule>;

        impl $crate::rules::Rule for Rule {
            const ALL: &'static [Rule] = &[$(Rule::$rule),+];
            fn name(self) -> &'static str {
                match self { $(Rule::$rule => $name),+ }
            }
            fn kind(self) -> $crate::rules::Kind {
                match self { $(Rule::$rule => $crate::rules::Kind::$kind),+ }
            }
            fn citation(self) -> &'static str {
                match self { $(Rule::$rule => $citation),+ }
            }
            fn meaning(self) -> &'static str {
                match self { $(Rule::$rule => $meaning),+ }
            }
            fn place(self) -> u32 {
                self as u32
            }
        }
    };
}

pub(crate) use rules;

/// Which rules of a protocol are kept; all of them unless one was switched off.
///
/// Serialised for people as the list of the names that are off, for a fingerprint as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rules<R> {
    off: u64,
    of: PhantomData<R>,
}

impl<R: Rule> Rules<R> {
    /// Every rule is kept.
    pub const ALL: Rules<R> = Rules { off: 0, of: PhantomData };

    /// Whether a rule is kept.
    pub fn has(self, rule: R) -> bool {
        self.off & bit(rule) == 0
    }

    /// The same with this rule off.
    #[must_use]
    pub fn without(self, rule: R) -> Rules<R> {
        Rules { off: self.off | bit(rule), of: PhantomData }
    }

    /// The same with this rule on.
    #[must_use]
    pub fn with(self, rule: R) -> Rules<R> {
        Rules { off: self.off & !bit(rule), of: PhantomData }
    }

    /// The rules that are off, in reading order.
    pub fn off(self) -> impl Iterator<Item = R> {
        R::ALL.iter().copied().filter(move |&rule| !self.has(rule))
    }
}

fn bit<R: Rule>(rule: R) -> u64 {
    1u64.checked_shl(rule.place()).unwrap_or(0)
}

impl<R: Rule> Default for Rules<R> {
    fn default() -> Self {
        Rules::ALL
    }
}

impl<R: Rule> Debug for Rules<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.off == 0 { "all rules" } else { "all rules but " })?;
        if self.off == 0 { Ok(()) } else { f.debug_list().entries(self.off().map(R::name)).finish() }
    }
}

impl<R: Rule> Serialize for Rules<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.off().map(R::name))
        } else {
            serializer.serialize_u64(self.off)
        }
    }
}

impl<'de, R: Rule> Deserialize<'de> for Rules<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names<R>(PhantomData<R>);
        impl<'de, R: Rule> Visitor<'de> for Names<R> {
            type Value = Rules<R>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of the names of the rules that are off")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Rules<R>, A::Error> {
                let mut rules = Rules::ALL;
                while let Some(name) = names.next_element::<alloc::string::String>()? {
                    let rule = R::from_name(&name)
                        .ok_or_else(|| A::Error::custom(format_args!("there is no rule called `{name}`")))?;
                    rules = rules.without(rule);
                }
                Ok(rules)
            }
        }
        deserializer.deserialize_seq(Names(PhantomData))
    }
}

#[cfg(test)]
#[allow(unreachable_pub)]
mod tests {
    use super::Rule as _;
    use alloc::string::ToString;

    rules! {
        First "the-first" Safety "§1" "The first comes first.";
        Second "the-second" Cost "§2" "The second does not.";
    }

    #[test]
    fn all_rules_are_kept_until_one_is_switched_off_and_again_once_it_is_on() {
        let all = Rules::default();
        assert!(Rule::ALL.iter().all(|&rule| all.has(rule)));
        let one = all.without(Rule::First);
        assert!(!one.has(Rule::First) && one.has(Rule::Second));
        assert_eq!(one.with(Rule::First), all);
    }

    #[test]
    fn rules_travel_as_the_names_of_those_that_are_off() {
        let rules = Rules::ALL.without(Rule::Second);
        let text = crate::json::write(&rules).unwrap();
        assert_eq!(text, r#"["the-second"]"#);
        assert_eq!(crate::json::read::<Rules>(&text).unwrap(), rules);
        assert_eq!(Rule::from_name("the-first"), Some(Rule::First));
    }

    #[test]
    fn an_unknown_rule_is_named_in_the_error() {
        let error = crate::json::read::<Rules>(r#"["the-third"]"#).unwrap_err();
        assert!(error.to_string().contains("there is no rule called `the-third`"), "{error}");
    }
}
