use super::functions::{Lookup, NotFound, Resource};
use super::*;
use crate::config::DateSources;
use crate::diag::Severity;
use crate::parse::Hole;
use crate::parse::shortcode::extract;
use crate::parse::{CodeBlock, Image, Link, front_matter, markdown, token};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
use tera::{Kwargs, State, Value};

/// A site of one page, with these resources beside it and these templates of its own.
#[derive(Default)]
struct Site {
    resources: Vec<(&'static str, &'static str)>,
    templates: Vec<(&'static str, &'static str)>,
}

struct Files(Vec<(&'static str, &'static str)>);

impl Lookup for Files {
    fn resource(&self, _: u32, path: &str) -> Option<Resource> {
        let (name, text) = self.0.iter().find(|(name, _)| *name == path)?;
        Some(Resource {
            url: format!("/post/{name}"),
            text: Some(Arc::from(*text)),
            ..Resource::default()
        })
    }

    fn resource_names(&self, _: u32) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn source_path(&self, _: u32) -> String {
        "content/post/index.md".to_owned()
    }

    fn link(
        &self,
        _: u32,
        target: &str,
        _: Option<&str>,
        absolute: bool,
    ) -> Result<String, NotFound> {
        let host = if absolute { "https://example.org" } else { "" };
        match target {
            "other.md" => Ok(format!("{host}/other/?a=1&b=2")),
            _ => Err(NotFound {
                message: format!("no page `{target}`"),
                help: Some("did you mean `other.md`?".to_owned()),
            }),
        }
    }

    fn param(&self, _: u32, name: &str) -> Option<Value> {
        (name == "a.b").then(|| Value::from("<c>"))
    }
}

fn built_in() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/shortcodes");
    let entries = std::fs::read_dir(folder).expect("the repository has templates");
    let mut templates: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("names are UTF-8");
            (
                format!("shortcodes/{name}"),
                std::fs::read_to_string(&path).expect("templates can be read"),
            )
        })
        .collect();
    templates.sort();
    templates
}

struct Page {
    html: String,
    expanded: Expanded,
    said: Vec<String>,
}

impl Site {
    fn own(name: &'static str, template: &'static str) -> Site {
        Site {
            templates: vec![(name, template)],
            ..Site::default()
        }
    }

    fn page(self, text: &str) -> Page {
        let built_in = built_in();
        let mut tera = Tera::new();
        functions::register(&mut tera, Arc::new(Files(self.resources)));
        // Those of `render` that built-in templates use.
        tera.register_function("i18n", |args: Kwargs, _: &State| {
            args.must_get::<&str>("key").map(str::to_owned)
        });
        tera.register_filter("due", |due: &str, _: Kwargs, _: &State| due.to_owned());
        let all: Vec<(&str, &str, bool)> = built_in
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str(), false))
            .chain(
                self.templates
                    .iter()
                    .map(|(name, text)| (*name, *text, true)),
            )
            .collect();
        tera.add_raw_templates(all.iter().map(|(name, text, _)| (*name, *text)))
            .expect("the templates parse");
        let shortcodes = Shortcodes::new(all);
        let options = Options {
            front: front_matter::Options {
                time_zone: jiff::tz::TimeZone::UTC,
                taxonomies: Vec::new(),
                dates: DateSources {
                    date: Vec::new(),
                    lastmod: Vec::new(),
                    publish: Vec::new(),
                    expiry: Vec::new(),
                    slug_from_filename: false,
                    asks_git: false,
                },
            },
            markdown: markdown::Options::default(),
            has_cjk: None,
            summary_length: 70,
            related: false,
            html: false,
        };
        let mut context = Context::new();
        context.insert(
            "page",
            &std::collections::BTreeMap::from([("title", "Post & page")]),
        );
        let env = Env {
            tera: &tera,
            shortcodes: &shortcodes,
            options: &options,
            context,
            page: 7,
            timings: &Timings::default(),
        };

        let found = extract(text, FileId(0), 0);
        let mut diagnostics = found.diagnostics;
        let mut ids = Ids::default();
        let mut holes: Vec<Hole> = (0..found.calls.len()).map(Hole::Call).collect();
        let rendered = markdown::render(
            &found.text,
            &found.origin,
            &options.markdown,
            &mut ids,
            &mut holes,
            &mut diagnostics,
        );
        let body = Body {
            html: rendered.html,
            holes,
        };
        let source = Source {
            file: FileId(0),
            body: &body,
            calls: &found.calls,
            headings: &rendered.headings,
            ids: &ids,
            more: rendered.more,
        };
        let expanded = expand(&source, &env);
        diagnostics.extend(expanded.diagnostics.iter().cloned());
        let said = diagnostics
            .iter()
            .map(|diagnostic| message(diagnostic, text))
            .collect();
        Page {
            html: filled(&expanded.body.html, &expanded.body.holes),
            expanded,
            said,
        }
    }
}

fn message(diagnostic: &Diagnostic, text: &str) -> String {
    let span = diagnostic.span.expect("all is said somewhere");
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let mut out = format!(
        "{kind}[{}] at `{}`: {}",
        diagnostic.name,
        &text[span.start as usize..span.end as usize],
        diagnostic.message
    );
    for note in &diagnostic.notes {
        out += &format!("\n  note: {}", note.text);
    }
    if let Some(help) = &diagnostic.help {
        out += &format!("\n  help: {help}");
    }
    out
}

/// Holes filled simply; no token may be that of a call.
fn filled(html: &str, holes: &[Hole]) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((start, end, index)) = token::find(rest) {
        out += &rest[..start];
        rest = &rest[end..];
        match &holes[index] {
            Hole::Code(block) => {
                let CodeBlock { lang, code, .. } = &**block;
                out += &format!("<pre {lang}>");
                crate::text::escape_html(&mut out, code);
                out += "</pre>";
                out = filled(&out, holes);
            }
            Hole::Link(Link { dest, .. }) => crate::text::escape_attr(&mut out, dest),
            Hole::Image(image) => {
                let Image { src, alt, .. } = &**image;
                out += &format!("<img src=\"{src}\" alt=\"{alt}\">")
            }
            Hole::Html(html) => out += &filled(html, holes),
            Hole::Formula(formula) => crate::parse::markdown::marked_formula(formula, &mut out),
            Hole::Wiki(link) => out += &format!(" href=\"{}\"", link.dest),
            Hole::Embed(embed) => out += &format!("{{{}}}", embed.dest),
            Hole::Call(call) => panic!("call {call} was not run"),
        }
    }
    out + rest
}

#[track_caller]
fn gives(text: &str, expected: &str) {
    let page = Site::default().page(text);
    assert_eq!(page.said, [""; 0], "{text}");
    assert_eq!(page.html.trim_end(), expected, "{text}");
}

#[track_caller]
fn says(site: Site, text: &str, expected: &str) {
    assert_eq!(site.page(text).said, [expected]);
}

#[test]
fn a_call_alone_loses_its_paragraph() {
    gives("{{< rawhtml >}}<b>x</b>{{< /rawhtml >}}", "<b>x</b>");
    gives(
        "a {{< rawhtml >}}<b>x</b>{{< /rawhtml >}} b",
        "<p>a <b>x</b> b</p>",
    );
    let own = Site::own("shortcodes/p.html", "<p>{{ args[0] }}</p>\n");
    assert_eq!(
        own.page("{{< p 1 >}}\n{{< p 2 >}}").html,
        "<p>1</p>\n<p>2</p>\n"
    );
    let own = Site::own("shortcodes/i.html", "<i>{{ args[0] }}</i>\n");
    assert_eq!(
        own.page("{{< i 1 >}}\n{{< i 2 >}}").html,
        "<p><i>1</i>\n<i>2</i></p>\n"
    );
}

#[test]
fn a_template_sees_arguments_page_and_parent() {
    let box_html = "[{{ name }} {{ ordinal }} {{ args.a }}{{ positional | length }}{{ page.title }} \
                    {% if parent %}in {{ parent.name }} {{ parent.args.a }} {% endif %}{{ inner }}]";
    let page = Site::own("shortcodes/box.html", box_html)
        .page("{{< box a=\"<1>\" >}}*in*{{< box />}}{{< box x y />}}{{< /box >}}");
    assert_eq!(page.said, [""; 0]);
    assert_eq!(
        page.html,
        "[box 0 &lt;1&gt;0Post &amp; page *in*[box 0 0Post &amp; page in box &lt;1&gt; ]\
         [box 1 2Post &amp; page in box &lt;1&gt; ]]\n"
    );
}

#[test]
fn arg_takes_a_name_or_a_place() {
    let own = || {
        Site::own(
            "shortcodes/a.html",
            "{{ arg(name=\"k\", at=0, default=\"-\") }}{{ args[1] or \"\" }}",
        )
    };
    assert_eq!(own().page("{{< a k=1 >}}").html, "1\n");
    assert_eq!(own().page("{{< a x y >}}").html, "xy\n");
    assert_eq!(own().page("{{< a >}}").html, "-\n");
}

#[test]
fn the_filter_runs_shortcodes_in_what_it_gets() {
    let site = Site {
        resources: vec![(
            "a.json",
            r#"{"t": "**x**\n\n{{< i 1 >}}", "s": "{{</* i 2 */>}}"}"#,
        )],
        templates: vec![
            ("shortcodes/i.html", "<i>{{ args[0] }}</i>"),
            (
                "shortcodes/show.html",
                "{% set r = resource(path=args[0]) %}{{ r.url }}{{ r.data.t | markdown }}|\
                 {{ r.data.s | markdown(inline=true) }}|{{ inner | markdown(inline=true) }}",
            ),
        ],
    };
    let page = site.page("{{< show \"a.json\" >}}*y* {{< i 3 >}} {{</* i 4 */>}}{{< /show >}}");
    assert_eq!(page.said, [""; 0]);
    assert_eq!(
        page.html.trim_end(),
        "/post/a.json<p><strong>x</strong></p>\n<i>1</i>\n|{{&lt; i 2 &gt;}}|<em>y</em> <i>3</i> {{&lt; i 4 &gt;}}"
    );
}

#[test]
fn the_markdown_form_gives_markdown() {
    let md = || Site::own("shortcodes/md.html", "**b** {{ inner }}");
    assert_eq!(
        md().page("{{% md %}}*i*{{% /md %}}").html,
        "<p><strong>b</strong> <em>i</em></p>\n"
    );
    assert_eq!(
        md().page("a {{% md /%}} c").html,
        "<p>a <strong>b</strong> c</p>\n"
    );
    assert_eq!(md().page("{{< md >}}*i*{{< /md >}}").html, "**b** *i*\n");
    // Within another call, as in Hugo, the inner text is Markdown and the output is not.
    let nested = "{{< rawhtml >}}{{% md %}}*i*{{% /md %}}{{< /rawhtml >}}";
    assert_eq!(md().page(nested).html, "**b** <em>i</em>\n");
}

#[test]
fn calls_run_in_code_too_and_unknown_ones_print_there() {
    let own = || Site::own("shortcodes/i.html", "<i>1</i>");
    let page = own().page("`a {{< i >}}`");
    assert_eq!(page.html, "<p><code>a <i>1</i></code></p>\n");
    let page = own().page("x `{{< no \"a\" >}}z{{< i >}}{{< /no >}}` y");
    assert_eq!(
        page.html,
        "<p>x <code>{{&lt; no &quot;a&quot; &gt;}}z{{&lt; i &gt;}}{{&lt; /no &gt;}}</code> y</p>\n"
    );
    assert_eq!(
        page.said,
        [
            "warning[unknown-shortcode] at `{{< no \"a\" >}}`: no shortcode `no`: in code, it prints as written\
          \n  help: to print a call and say so, write `{{</* … */>}}`"
        ]
    );
    let page = own().page("```\na {{< i >}} <\n{{< no >}}\n```\n");
    assert_eq!(
        page.html.trim_end(),
        "<pre >a <i>1</i> &lt;\n{{&lt; no &gt;}}\n</pre>"
    );
}

#[test]
fn the_markdown_form_runs_what_is_in_it_within_code_too() {
    let site = Site::own("shortcodes/md.html", "**b** {{ inner }}");
    let page = site.page("`{{% md %}}{{< param a.b >}}{{% /md %}}`");
    assert_eq!(page.html, "<p><code>**b** &lt;c&gt;</code></p>\n");
}

#[test]
fn unknown_names_are_told_with_a_near_match() {
    says(
        Site::default(),
        "{{< figrue src=a >}}",
        "error[unknown-shortcode] at `{{< figrue src=a >}}`: no shortcode `figrue`\n  help: did you mean `figure`?",
    );
    says(
        Site::default(),
        "{{% zzzzzzzzz %}}",
        "error[unknown-shortcode] at `{{% zzzzzzzzz %}}`: no shortcode `zzzzzzzzz`\n  help: write its template, \
         `templates/shortcodes/zzzzzzzzz.html`; to print the call, write `{{%/* … */%}}`",
    );
}

#[test]
fn names_may_differ_in_case_as_in_hugo() {
    gives("{{< RawHTML >}}x{{< /RawHTML >}}", "x");
}

#[test]
fn faults_of_templates_name_template_and_call() {
    says(
        Site::own("shortcodes/t.html", "a\n  {{ nothing.here }}"),
        "x {{< t >}}",
        "error[shortcode-template] at `{{< t >}}`: shortcode `t`: variable `nothing` is not defined\
         \n  note: in the template `shortcodes/t.html:2:6`\
         \n  help: there are args, inner, name, ordinal, page, parent, positional",
    );
    says(
        Site {
            resources: vec![("cases/a.json", "{}")],
            templates: vec![("shortcodes/t.html", "{{ resource(path=args.data)['url'] }}")],
        },
        "{{< t data=\"cases/b.json\" >}}",
        "error[shortcode-template] at `{{< t data=\"cases/b.json\" >}}`: shortcode `t`: no resource `cases/b.json` \
         beside `content/post/index.md`\n  note: in the template `shortcodes/t.html:1:4`\
         \n  help: did you mean `cases/a.json`?",
    );
    says(
        Site {
            resources: vec![("a.json", "{\"x\": }")],
            templates: vec![("shortcodes/t.html", "{{ resource(path='a.json')['url'] }}")],
        },
        "{{< t >}}",
        "error[shortcode-template] at `{{< t >}}`: shortcode `t`: resource `a.json` of `content/post/index.md`: \
         expected value at line 1 column 7\n  note: in the template `shortcodes/t.html:1:4`",
    );
    says(
        Site::own(
            "shortcodes/t.html",
            "{{ inner | markdown | truncate(length=3) | safe }}",
        ),
        "{{< t >}}long text{{< /t >}}",
        "error[shortcode-template] at `{{< t >}}`: a filter has cut what `markdown` returned\
         \n  help: use `markdown` as the last filter",
    );
}

#[test]
fn data_that_brings_itself_is_a_cycle() {
    let site = Site {
        resources: vec![("a.md", "{{< t \"a.md\" >}}")],
        templates: vec![(
            "shortcodes/t.html",
            "{% set r = resource(path=args[0]) %}{{ r.text | markdown }}",
        )],
    };
    says(
        site,
        "{{< t \"a.md\" >}}",
        "error[shortcode-cycle] at `{{< t \"a.md\" >}}`: shortcode `t` runs itself\
         \n  note: `{{< t \"a.md\" >}}` brings `{{< t \"a.md\" >}}`",
    );
}

#[test]
fn growth_is_bounded() {
    // Each level is another call, so that it is no cycle.
    let site = Site::own(
        "shortcodes/t.html",
        "{{ ('{{< t ' ~ (args[0] + 1) ~ ' >}}') | markdown }}",
    );
    says(
        site,
        "{{< t 1 >}}",
        "error[shortcode-depth] at `{{< t 1 >}}`: shortcodes run more than 40 deep at `t`",
    );
    let site = Site::own(
        "shortcodes/t.html",
        "{% for i in range(end=10) %}{{ ('{{< t ' ~ args[0] ~ i ~ ' >}}') | markdown }}{% endfor %}",
    );
    let page = site.page("{{< t 1 >}}");
    assert!(
        page.said
            .iter()
            .any(|said| said.contains("more than 20000 shortcodes run on one page"))
    );
    let twice = "{{ inner }}{{ inner }}";
    let text = "{{< t >}}".repeat(31) + "0123456789" + &"{{< /t >}}".repeat(31);
    let page = Site::own("shortcodes/t.html", twice).page(&text);
    assert!(page.html.len() < 64 << 20, "{}", page.html.len());
    assert_eq!(
        page.said,
        [
            "error[shortcode-budget] at `{{< t >}}`: the shortcodes of this page write more than 64 MiB"
        ]
    );
}

#[test]
fn inline_shortcodes_lose_their_actions() {
    let page =
        Site::default().page("{{< t.inline >}}a {{ now }}b{{< /t.inline >}} and {{< t.inline />}}");
    assert_eq!(page.html, "<p>a b and a b</p>\n");
    assert_eq!(
        page.said,
        [
            "warning[inline-shortcode] at `{{< t.inline >}}`: `{{ }}` in the inline shortcode `t.inline` is not run\
          \n  help: write it as a template: `templates/shortcodes/t.html`"
        ]
    );
}

#[test]
fn addresses_stand_in_links() {
    let page =
        Site::default().page("[x]({{< relref \"other.md\" >}}) {{< ref path=\"other.md\" >}}");
    assert_eq!(page.said, [""; 0]);
    assert_eq!(
        page.html,
        "<p><a href=\"/other/?a=1&amp;b=2\">x</a> https://example.org/other/?a=1&amp;b=2</p>\n"
    );
    says(
        Site::default(),
        "a {{< ref \"othr.md\" >}}",
        "warning[broken-link] at `{{< ref \"othr.md\" >}}`: no page `othr.md`\n  help: did you mean `other.md`?",
    );
}

#[test]
fn ids_and_headings_go_on_after_the_body_s() {
    let site = Site::own("shortcodes/h.html", "## Same\n\n{{ inner }}");
    let page = site.page("{{% h %}}x{{% /h %}}\n\n## Same\n\n## Other {{< param a.b >}}\n");
    assert_eq!(page.said, [""; 0]);
    let headings: Vec<_> = page
        .expanded
        .headings
        .iter()
        .map(|h| (h.id.as_str(), h.text.as_str(), h.html.as_str()))
        .collect();
    assert_eq!(
        headings,
        [
            ("same-1", "Same", "Same"),
            ("same", "Same", "Same"),
            ("other", "Other <c>", "Other &lt;c&gt;")
        ]
    );
}

#[test]
fn the_summary_s_end_moves_along() {
    let page = Site::default()
        .page("{{< rawhtml >}}<b>long output</b>{{< /rawhtml >}}\n\n<!--more-->\n\nrest");
    let more = page.expanded.more.expect("the text has a divider");
    assert_eq!(
        page.expanded.body.html[..more].trim_end(),
        "<b>long output</b>"
    );
}

/// The templates that `tests/zen-blog` adds to a real blog.
#[test]
fn conversations() {
    let site = |name, template| Site {
        resources: vec![
            (
                "a.json",
                r#"{"title": "T & t", "messages": [{"role": "U", "content": "**b**\n{{<video src=\"v.mp4\" controls=\"1\">}}"}]}"#,
            ),
            (
                "b.json",
                r#"{"messages": [{"role": "U", "content": "say [audio](a.wav) or [audio](b.wav) (x)"}]}"#,
            ),
        ],
        templates: vec![(name, template)],
    };
    let example = || {
        site(
            "shortcodes/example.html",
            include_str!("../../tests/zen-blog/templates/shortcodes/example.html"),
        )
    };
    let page = example().page("{{< example data=\"a.json\" hide=true next=true scroll=true >}}");
    assert_eq!(page.said, [""; 0]);
    assert_eq!(
        page.html.trim_end(),
        "<div class=\"example-content\" style=\"display: none;\">\n<div class=\"title\"><span>T &amp; t</span> \
         <a class=\"next-button\">Next</a></div>\n<div class=\"grid-layout scroll\">\n<div class=\"role\">U</div>\n\
         <div class=\"content\"><p><strong>b</strong>\n<figure><video src=\"v.mp4\" controls></video></figure></p>\n\
         </div>\n</div>\n</div>"
    );
    let page = example().page("{{< example data=\"b.json\" hide=false next=true >}}");
    assert!(
        page.html
            .starts_with("<div class=\"example-content\">\n<div class=\"grid-layout\">"),
        "{}",
        page.html
    );
    says(
        example(),
        "{{< example data=\"c.json\" >}}",
        "error[shortcode-template] at `{{< example data=\"c.json\" >}}`: shortcode `example`: no resource `c.json` \
         beside `content/post/index.md`\n  note: in the template `shortcodes/example.html:2:16`\
         \n  help: did you mean `a.json`?",
    );
    let audio = include_str!("../../tests/zen-blog/templates/shortcodes/example_audio.html");
    let page =
        site("shortcodes/example_audio.html", audio).page("{{< example_audio data=\"b.json\" >}}");
    assert_eq!(page.said, [""; 0]);
    let player = |url: &str| {
        format!(
            "<audio class=\"audio-icon\" controls><source src=\"{url}\" type=\"audio/wav\">\
             Your browser does not support the audio element.</audio>"
        )
    };
    assert_eq!(
        page.html.trim_end(),
        format!(
            "<div class=\"example-content\">\n<div class=\"title\"><span>Example</span></div>\n\
             <div class=\"grid-layout\">\n<div class=\"message\">\n<div class=\"role\">U</div>\n\
             <div class=\"content wide-content\"><div class=\"text-content\">say {} or {} (x)</div></div>\n\
             </div>\n</div>\n</div>",
            player("a.wav"),
            player("b.wav")
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_written_no_call_is_left(text in shortcodeish()) {
        let text = format!("# {text}\n\n{text}\n\n`{text}`\n\n```\n{text}\n```\n[x]({text}) ![{text}](y)");
        let site = Site {
            resources: vec![("a.json", r#"{"t": "{{< i 1 >}} {{% box %}}"}"#)],
            templates: vec![
                ("shortcodes/box.html", "## {{ args[0] or \"\" }}\n\n{{ inner | markdown }}{{ inner }}"),
                ("shortcodes/i.html", "{% set r = resource(path=\"a.json\") %}{{ r.data.t | markdown(inline=true) }}"),
            ],
        };
        // Filling panics at a call.
        site.page(&text);
    }
}

fn shortcodeish() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("{{< box >}}"),
        Just("{{< /box >}}"),
        Just("{{% box %}}"),
        Just("{{% /box %}}"),
        Just("{{< i >}}"),
        Just("{{< box k=1 >}}"),
        Just("{{</* box */>}}"),
        Just("{{< no >}}"),
        Just("text"),
        Just("*a*"),
        Just("\n"),
        Just("\n\n"),
        Just("- "),
        Just("<b>"),
        Just("`"),
        Just("{{< highlight go >}}"),
        Just("{{< /highlight >}}"),
        Just("{{< a.inline >}}{{ x }}{{< /a.inline >}}"),
        Just("{{< figure src=a >}}"),
        Just("|"),
        Just("$"),
    ];
    proptest::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

mod built_ins;
