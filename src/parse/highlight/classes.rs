//! TextMate's scopes become Chroma's short class names.
//!
//! A scope has a class of its own, or none and then that of what it stands in
//! (the quotes of a string are the string's). Resolved once a scope.

use syntect::parsing::Scope;

/// An index into [`NAMES`]; 0 is plain text, which gets no element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Class(u8);

impl Class {
    pub(super) const PLAIN: Class = Class(0);

    /// Set in a class that what stands within keeps: the string that is a key.
    const FIRM: u8 = 128;

    pub(super) fn name(self) -> &'static str {
        NAMES[usize::from(self.shown().0)]
    }

    pub(super) fn shown(self) -> Class {
        Class(self.0 & !Class::FIRM)
    }

    pub(super) fn named(name: &str) -> Class {
        let index = NAMES.iter().position(|known| *known == name);
        Class(index.expect("the tables below name known classes") as u8)
    }
}

/// What a scope says about the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Inherit,
    Class(Class),
}

impl Mark {
    /// The class of text in a scope with this mark, which stands in text of `class`.
    pub(super) fn within(self, class: Class) -> Class {
        match self {
            Mark::Class(own) if class.0 & Class::FIRM == 0 => own,
            _ => class,
        }
    }
}

/// The classes that are ever written. Chroma has more: `p`, `n`, `nx` and `w`
/// are left out, for they make up half of its output and nearly every style
/// gives them the colour of plain text.
pub(super) const NAMES: [&str; 52] = [
    "", "bp", "c", "c1", "ch", "cm", "cp", "cpf", "err", "fm", "gd", "gh", "gi", "gs", "gu", "k",
    "kc", "kd", "kn", "kt", "l", "mb", "mf", "mh", "mi", "mo", "na", "nb", "nc", "nd", "nf", "ni",
    "nl", "nn", "no", "nt", "nv", "o", "ow", "s", "s1", "s2", "sa", "sb", "sc", "sd", "se", "sh",
    "si", "sr", "ss", "vi",
];

/// In the table: as what it stands in.
const INHERIT: &str = "-";
/// In the table, after a class: for all that stands within, too.
const FIRM: char = '!';

/// Scopes by the longest prefix that fits, and where that differs, the last
/// part of the scope, which names the language. `""` is plain, `-` inherits.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("comment", "", "c"),
    ("comment.line", "", "c1"),
    ("comment.block", "", "cm"),
    ("comment.block.documentation", "python", "sd"),
    ("comment.block.documentation.summary", "python", "sd"),
    ("comment.line.documentation", "rust", "sd"),
    ("comment.block.documentation", "rust", "sd"),
    ("comment.line.shebang", "", "ch"),
    ("constant", "", "no"),
    ("constant.numeric", "", "mi"),
    ("constant.numeric.float", "", "mf"),
    ("constant.numeric.integer", "", "mi"),
    ("constant.numeric.integer.decimal", "", "mi"),
    ("constant.numeric.integer.hexadecimal", "", "mh"),
    ("constant.numeric.hex", "", "mh"),
    ("constant.numeric.integer.octal", "", "mo"),
    ("constant.numeric.integer.binary", "", "mb"),
    ("constant.numeric.line-number", "", ""),
    ("constant.language", "", "kc"),
    ("constant.character", "", "sc"),
    ("constant.character.escape", "", "se"),
    ("constant.character.entity", "", "ni"),
    ("constant.other.placeholder", "", "si"),
    ("constant.other.symbol", "", "ss"),
    ("constant.other.color", "", "mh"),
    ("constant.other.table-name", "", "k"),
    ("entity.name", "", ""),
    ("entity.name.function", "", "nf"),
    ("entity.name.function.preprocessor", "", "nf"),
    ("entity.name.class", "", "nc"),
    ("entity.name.struct", "", "nc"),
    ("entity.name.enum", "", "nc"),
    ("entity.name.union", "", "nc"),
    ("entity.name.trait", "", "nc"),
    ("entity.name.interface", "", "nc"),
    ("entity.name.impl", "", "nc"),
    ("entity.name.type", "", "nc"),
    ("entity.name.record", "", "nc"),
    ("entity.name.namespace", "", "nn"),
    ("entity.name.module", "", "nn"),
    ("entity.name.package", "", "nn"),
    ("entity.name.import", "", "nn"),
    ("entity.name.tag", "", "nt"),
    ("entity.name.label", "", "nl"),
    ("entity.name.constant", "", "no"),
    ("entity.name.macro", "", "fm"),
    ("entity.name.section", "", "gh"),
    ("entity.name.decorator", "", "nd"),
    ("entity.name.variable", "", "nv"),
    ("entity.other.attribute-name", "", "na"),
    ("entity.other.attribute-name.class", "css", "nc"),
    ("entity.other.attribute-name.id", "css", "nn"),
    ("entity.other.attribute-name.class", "scss", "nc"),
    ("entity.other.attribute-name.id", "scss", "nn"),
    ("entity.other.pseudo-class", "", "nd"),
    ("entity.other.pseudo-element", "", "nd"),
    ("entity.other.inherited-class", "", "nc"),
    ("keyword", "", "k"),
    ("keyword.operator", "", "o"),
    ("keyword.operator.word", "", "ow"),
    ("keyword.operator.logical", "python", "ow"),
    ("keyword.operator.assignment.redirection", "", "o"),
    ("keyword.control", "", "k"),
    ("keyword.control.import", "", "kn"),
    ("keyword.control.import", "c", "cp"),
    ("keyword.control.import", "c++", "cp"),
    ("keyword.control.import.include", "", "cp"),
    ("keyword.control.import.define", "", "cp"),
    ("keyword.import", "", "kn"),
    ("keyword.other.import", "", "kn"),
    ("keyword.other.package", "", "kn"),
    ("keyword.package", "", "kn"),
    ("keyword.declaration", "", "kd"),
    ("keyword.declaration.function", "python", "k"),
    ("keyword.declaration.class", "python", "k"),
    ("keyword.declaration", "rust", "k"),
    ("keyword.type", "", "kt"),
    ("keyword.other.unit", "", "kt"),
    ("keyword.other.type", "", "kt"),
    ("markup.inserted", "", "gi"),
    ("markup.deleted", "", "gd"),
    ("markup.changed", "", "gu"),
    ("markup.heading", "", "gh"),
    ("markup.bold", "", "gs"),
    ("markup.raw", "", "sb"),
    ("markup.underline.link", "", "na"),
    ("meta.diff.header", "", "gh"),
    ("meta.diff.range", "", "gu"),
    ("meta.diff.index", "", "gh"),
    ("meta.preprocessor", "c", "cp"),
    ("meta.preprocessor", "c++", "cp"),
    ("meta.preprocessor", "cs", "cp"),
    ("meta.interpolation", "", ""),
    ("meta.string.interpolation", "", ""),
    ("meta.template.expression", "", ""),
    ("meta.embedded", "", ""),
    ("meta.fstring.parameter", "", ""),
    ("source", "", ""),
    ("text", "", ""),
    ("invalid", "", "err"),
    ("invalid.deprecated", "", "-"),
    ("punctuation", "", "-"),
    ("punctuation.section.interpolation", "", "si"),
    ("punctuation.section.embedded", "", "si"),
    ("punctuation.section.expansion", "", "si"),
    ("punctuation.definition.variable", "shell", "nv"),
    ("punctuation.definition.template-expression", "", "si"),
    ("punctuation.definition.annotation", "", "nd"),
    ("punctuation.definition.list_item", "", "k"),
    ("punctuation.definition.tag", "", ""),
    ("storage", "", "kd"),
    ("storage.type", "", "kt"),
    ("storage.type.function", "", "kd"),
    ("storage.type.function", "python", "k"),
    ("storage.type.function", "rust", "k"),
    ("storage.type.function.arrow", "", "o"),
    ("storage.type.class", "", "kd"),
    ("storage.type.keyword", "", "kd"),
    ("storage.modifier.async", "js", "k"),
    ("storage.modifier.conversion", "", "si"),
    ("keyword.operator.word.new", "", "k"),
    ("keyword.operator.new", "", "k"),
    ("keyword.other.js", "", "sr"),
    ("punctuation.definition.heredoc", "", "s"),
    ("storage.type.class", "python", "k"),
    ("storage.type.struct", "", "kd"),
    ("storage.type.enum", "", "kd"),
    ("storage.type.trait", "", "k"),
    ("storage.type.interface", "", "kd"),
    ("storage.type.impl", "", "k"),
    ("storage.type.module", "", "k"),
    ("storage.type", "js", "kd"),
    ("storage.type", "ts", "kd"),
    ("storage.type", "tsx", "kd"),
    ("storage.type.type", "", "kd"),
    ("storage.type.extends", "", "kd"),
    ("storage.type.accessor", "", "kd"),
    ("storage.type.numeric", "", "-"),
    ("storage.type.string", "", "sa"),
    ("storage.modifier", "", "kd"),
    ("storage.modifier", "rust", "k"),
    ("storage.modifier.import", "", "nn"),
    ("storage.modifier.package", "", "nn"),
    ("string", "", "s"),
    ("string.quoted.single", "", "s1"),
    ("string.quoted.single", "c", "sc"),
    ("string.quoted.single", "c++", "sc"),
    ("string.quoted.single", "rust", "sc"),
    ("string.quoted.single", "java", "sc"),
    ("string.quoted.single", "cs", "sc"),
    ("constant.other.rune", "", "sc"),
    ("string.quoted.double", "", "s2"),
    ("string.quoted.double", "go", "s"),
    ("string.quoted.double", "rust", "s"),
    ("string.quoted.double", "c", "s"),
    ("string.quoted.double", "c++", "s"),
    ("string.quoted.double", "java", "s"),
    ("string.quoted.double", "cs", "s"),
    ("string.quoted.double", "html", "s"),
    ("string.quoted.double", "xml", "s"),
    ("string.quoted.other.lt-gt.include", "", "cpf"),
    ("string.quoted.double.include", "", "cpf"),
    ("string.quoted.other.template", "", "sb"),
    ("string.template", "", "sb"),
    ("string.interpolated", "", "sb"),
    ("string.regexp", "", "sr"),
    ("string.unquoted.heredoc", "", "sh"),
    ("string.unquoted", "", "s"),
    ("string.unquoted", "yaml", ""),
    ("string.unquoted", "shell", ""),
    ("string.unquoted.plain", "yaml", "l"),
    ("string.unquoted.argument", "", ""),
    ("string.other", "", "s"),
    ("string.other.link", "", "nt"),
    ("string.other.math", "", "s"),
    ("support.function", "", "nb"),
    ("support.function.magic", "", "fm"),
    ("support.macro", "", "fm"),
    ("support.type", "", "kt"),
    ("support.type.property-name", "", "k"),
    ("support.class", "", "nc"),
    ("support.constant", "", "kc"),
    ("support.variable", "", "bp"),
    ("support.module", "", "nn"),
    ("variable", "", ""),
    ("variable.language", "", "bp"),
    ("variable.language", "js", "k"),
    ("variable.language", "ts", "k"),
    ("variable.language", "java", "k"),
    ("variable.function", "", "nf"),
    ("variable.function", "shell", "nb"),
    ("variable.annotation", "", "nd"),
    ("variable.parameter", "", ""),
    ("variable.parameter.option", "", ""),
    ("variable.other.constant", "", "no"),
    ("variable.other.readwrite.instance", "", "vi"),
    ("variable.other.readwrite.assignment", "", "nv"),
    ("variable.other", "shell", "nv"),
    ("variable.other.normal", "", "nv"),
    ("variable.other", "php", "nv"),
    ("variable.other", "perl", "nv"),
    ("variable.other", "powershell", "nv"),
    ("variable.other.readwrite.powershell", "", "nv"),
    ("variable.other", "make", "nv"),
    ("variable.other", "scss", "nv"),
    ("variable.other.macro", "", "fm"),
    ("meta.mapping.key", "json", "nt!"),
    ("support.type.property-name", "json", "nt"),
    ("support.type.property-name", "toml", "na"),
];

pub(super) fn mark(scope: Scope) -> Mark {
    named(&scope.build_string())
}

fn named(scope: &str) -> Mark {
    let within = |prefix: &str| {
        scope
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let language = scope.rsplit('.').next().unwrap_or("");
    let fitting = TABLE
        .iter()
        .filter(|(prefix, of, _)| within(prefix) && (of.is_empty() || *of == language));
    // Of equal prefixes the language's own wins.
    let best = fitting.max_by_key(|(prefix, of, _)| (prefix.len(), !of.is_empty()));
    match best {
        None => Mark::Inherit,
        Some((_, _, class)) if *class == INHERIT => Mark::Inherit,
        Some((_, _, class)) => {
            let plain = Class::named(class.trim_end_matches(FIRM));
            let firm = if class.ends_with(FIRM) {
                Class::FIRM
            } else {
                0
            };
            Mark::Class(Class(plain.0 | firm))
        }
    }
}
