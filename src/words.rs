//! Every word that a person reads, in Vietnamese and English, from `locales/{vi,en}/anphi.ftl`.
//!
//! [`Lang::t`] starts a [`Phrase`]; arguments are added by [`Phrase::with`], each in its language's
//! own form (money, days, moments, counts). A phrase is printed by `Display`, so templates escape it
//! like any other value. That a key exists is held by a test that reads every template and source.

use std::{borrow::Cow, collections::HashMap, fmt};

use chrono::Weekday;
use fluent_templates::{
    LanguageIdentifier, Loader,
    fluent_bundle::{FluentValue, types::FluentNumber},
    langid,
};

use crate::domain::{
    money::{Dong, grouped},
    time::{Day, Timestamp},
};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "vi",
        customise: |bundle| {
            // Isolation marks (U+2068, U+2069) would get into pages and papers.
            bundle.set_use_isolating(false);
            let english = bundle.locales.first().is_some_and(|id| id.language.as_str() == "en");
            bundle.set_formatter(Some(if english { grouped_en } else { grouped_vi }));
        },
    };
}

static VI: LanguageIdentifier = langid!("vi");
static EN: LanguageIdentifier = langid!("en");

fn grouped_vi<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped_number(value, '.')
}

fn grouped_en<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped_number(value, ',')
}

fn grouped_number(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    number.as_string().parse().ok().map(|whole: i64| grouped(whole, separator))
}

/// A language of the pages. Vietnamese is the source, English stands beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The language tag, as `lang` attributes and `?lang=` carry it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language of a tag; anything unknown is Vietnamese.
    pub fn from_code(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::Vi }
    }

    /// The language that the switch leads to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }

    /// The text of a key, to be completed by [`Phrase::with`].
    pub fn t(self, key: &'static str) -> Phrase {
        Phrase { lang: self, key, arguments: HashMap::new() }
    }

    /// `1.234.567 ₫` or `1,234,567 VND`, with a no-break space, as tables and buttons write money.
    pub fn money(self, amount: Dong) -> String {
        match self {
            Self::Vi => format!("{amount}\u{a0}₫"),
            Self::En => format!("{}\u{a0}VND", grouped(amount.get(), ',')),
        }
    }

    /// `24/11/2026`, alike in both languages.
    pub fn day(self, day: Day) -> String {
        day.slashed()
    }

    /// `Thứ Hai 30/11/2026` or `Monday 30/11/2026`.
    pub fn weekday(self, day: Day) -> String {
        let name = match day.weekday() {
            Weekday::Mon => self.t("weekday-mon"),
            Weekday::Tue => self.t("weekday-tue"),
            Weekday::Wed => self.t("weekday-wed"),
            Weekday::Thu => self.t("weekday-thu"),
            Weekday::Fri => self.t("weekday-fri"),
            Weekday::Sat => self.t("weekday-sat"),
            Weekday::Sun => self.t("weekday-sun"),
        };
        format!("{name} {}", self.day(day))
    }

    /// `14:30 ngày 24/11/2026` or `14:30 on 24/11/2026`.
    pub fn moment(self, moment: Timestamp) -> String {
        match self {
            Self::Vi => moment.spoken(),
            Self::En => moment.in_vietnam().format("%H:%M on %d/%m/%Y").to_string(),
        }
    }

    /// `14:30`, where the day is said elsewhere.
    pub fn clock(self, moment: Timestamp) -> String {
        moment.in_vietnam().format("%H:%M").to_string()
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }
}

/// A text with its arguments, printed in its language.
#[derive(Clone, Debug)]
pub struct Phrase {
    lang: Lang,
    key: &'static str,
    arguments: HashMap<Cow<'static, str>, FluentValue<'static>>,
}

impl Phrase {
    /// The same text with the argument `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Say) -> Self {
        self.arguments.insert(Cow::Borrowed(name), value.say(self.lang));
        self
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match LOCALES.try_lookup_with_args(self.lang.id(), self.key, &self.arguments) {
            Some(text) => f.write_str(&text),
            // Held off by the test over all keys; a visible mark beats an empty place.
            None => write!(f, "⟦{}⟧", self.key),
        }
    }
}

/// What can stand in a text: each kind of value has one spoken form a language.
pub trait Say {
    /// The value as the language writes it.
    fn say(&self, lang: Lang) -> FluentValue<'static>;
}

impl<T: Say + ?Sized> Say for &T {
    fn say(&self, lang: Lang) -> FluentValue<'static> {
        (**self).say(lang)
    }
}

impl Say for str {
    fn say(&self, _: Lang) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Say for String {
    fn say(&self, _: Lang) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

impl Say for Phrase {
    fn say(&self, _: Lang) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Say for Dong {
    fn say(&self, lang: Lang) -> FluentValue<'static> {
        FluentValue::from(lang.money(*self))
    }
}

impl Say for Day {
    fn say(&self, lang: Lang) -> FluentValue<'static> {
        FluentValue::from(lang.day(*self))
    }
}

impl Say for Timestamp {
    fn say(&self, lang: Lang) -> FluentValue<'static> {
        FluentValue::from(lang.moment(*self))
    }
}

/// A count: a number for the language's plural forms, printed in groups of three.
impl Say for u32 {
    fn say(&self, _: Lang) -> FluentValue<'static> {
        FluentValue::Number(FluentNumber::from(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_days_and_moments_have_a_form_in_each_language() {
        let amount = Dong::new(1_234_567).unwrap();
        let day = Day::of(2026, 11, 30).unwrap();
        let moment: Timestamp = "2026-11-24T14:30:00+07:00".parse().unwrap();
        for (lang, money, spoken, weekday) in [
            (Lang::Vi, "1.234.567\u{a0}₫", "14:30 ngày 24/11/2026", "Thứ Hai 30/11/2026"),
            (Lang::En, "1,234,567\u{a0}VND", "14:30 on 24/11/2026", "Monday 30/11/2026"),
        ] {
            assert_eq!(lang.money(amount), money);
            assert_eq!(lang.moment(moment), spoken);
            assert_eq!(lang.weekday(day), weekday);
            assert_eq!(lang.day(day), "30/11/2026");
        }
    }

    #[test]
    fn counts_choose_the_plural_and_are_grouped() {
        assert_eq!(Lang::En.t("days-left").with("n", 1u32).to_string(), "1\u{a0}day left");
        assert_eq!(Lang::En.t("days-left").with("n", 1284u32).to_string(), "1,284\u{a0}days left");
        assert_eq!(
            Lang::Vi.t("days-left").with("n", 1284u32).to_string(),
            "còn\u{a0}1.284\u{a0}ngày"
        );
    }

    #[test]
    fn an_unknown_key_shows() {
        let key = ["no", "such", "key"].join("-").leak();
        assert_eq!(Lang::Vi.t(key).to_string(), "⟦no-such-key⟧");
    }
}
