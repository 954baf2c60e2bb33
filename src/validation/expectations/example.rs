//! The part that the examples of all rules about expectations share.

/// A whole test whose expectations are `$text`.
macro_rules! example {
    ($text:literal) => {
        concat!(
            "[meta]\nname = \"demo\"\nversion = \"1.0\"\n\n",
            "[services.app]\nimage = \"alpine:3.20\"\n\n",
            "[[scenario]]\nname = \"hello\"\nservice = \"app\"\nrun = \"echo hello\"\n",
            "artifacts.collect = [\"spans:default\"]\n\n",
            $text
        )
    };
}

pub(crate) use example;
